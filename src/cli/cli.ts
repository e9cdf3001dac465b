import { Command, InvalidArgumentError } from 'commander';
import { addActivityCommands } from './activity.ts';
import { addCheckCommand } from './check.ts';
import { CommandFault, print, withContext } from './context.ts';
import { addRegionCommands } from './region.ts';
import { addOperatorCommands } from './operator.ts';
import { addRouteCommands } from './route.ts';
import { addRulesCommands } from './rules.ts';
import { addTenantCommands } from './tenant.ts';
import { addUserCommands } from './user.ts';

/** Runs one command of `npx parvis`. A fault is one line on standard error and exit code 1. */
export async function run(argv: readonly string[]): Promise<void> {
  const program = new Command('parvis').description('A partner portal that a company hosts itself');
  program
    .command('serve')
    .description('start one region, configured by the environment')
    .action(async () => (await import('../main.ts')).main());
  program
    .command('demo')
    .description('start two regions with made-up organizations, and print who can sign in')
    .option('--users <count>', 'add one more organization with so many people, up to ten million', wholeNumber)
    .option('--json', 'print one JSON object when both are ready')
    .action(async (options: { json?: boolean; users?: number }) =>
      (await import('../../tools/demo/demo.ts')).demo(options),
    );
  program
    .command('migrate')
    .description('bring the schema of the database up to this version')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) =>
      withContext(() => Promise.resolve(print(options, { ok: true, faults: [] }, ['The schema is up to date.']))),
    );
  addCheckCommand(program);
  addTenantCommands(program);
  addUserCommands(program);
  addOperatorCommands(program);
  addRouteCommands(program);
  addActivityCommands(program);
  addRulesCommands(program);
  addRegionCommands(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    const fault = error instanceof CommandFault ? error.message : String(error);
    process.stderr.write(`${fault}\n`);
    // Who reads the output as JSON gets an object in every case.
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ ok: false, faults: fault.split('\n') })}\n`);
    process.exitCode = 1;
  }
}

const mostMadeUp = 10_000_000;

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > mostMadeUp)
    throw new InvalidArgumentError('It is a number from 1 to 10000000.');
  return number;
}
