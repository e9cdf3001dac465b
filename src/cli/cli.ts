import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { RegionMismatch, UnknownMigrations } from '../platform/database/deployment.ts';
import { addActivityCommands } from './activity.ts';
import { addCheckCommand } from './check.ts';
import { print, withContext } from './context.ts';
import { watchOutput, type CommandIo } from './io.ts';
import { addPurgeCommand } from './purge.ts';
import { addRegionCommands } from './region.ts';
import { addOperatorCommands } from './operator.ts';
import { addRouteCommands } from './route.ts';
import { addRulesCommands } from './rules.ts';
import { addTenantCommands } from './tenant.ts';
import { addUserCommands } from './user.ts';
import { CommandError } from '../platform/command-error.ts';

/**
 * Runs one command of `npx parvis`. A fault is one line on standard error and exit code 1.
 * @param args what follows the name of the program on the command line
 * @param io `process`, or the environment and streams of a test. Only commands that start processes of their own (`serve`,
 * `demo`, `region prove`) need the real one.
 * @returns the exit code, which is also set on `io`; 141 when the reader of the output was gone, as after SIGPIPE
 */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const outputError = watchOutput(io);
  try {
    await createProgram(io).parseAsync([...args], { from: 'user' });
  } catch (error) {
    // A command that cannot write any more fails for that reason, which is reported below.
    if ((await outputError()) === null) fail(io, error, args.includes('--json'));
  }
  const broken = await outputError();
  if (broken !== null) failToWrite(io, broken);
  return Number(io.exitCode ?? 0);
}

/** @returns every command, none of which has run yet */
export function createProgram(io: CommandIo): Command {
  const program = new Command('parvis').description('A partner portal that a company hosts itself');
  // Before the commands are added, which inherit this.
  program.exitOverride().configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    getOutHelpWidth: () => widthOf(io.stdout),
    getErrHelpWidth: () => widthOf(io.stderr),
  });
  addServeAndDemo(program);
  program
    .command('migrate')
    .description('bring the schema of the database up to this version')
    .option('--json', 'print one JSON object')
    .action((options: { json?: boolean }) =>
      withContext(io, () =>
        Promise.resolve(print(io, options, { ok: true, faults: [] }, ['The schema is up to date.'])),
      ),
    );
  addCheckCommand(program, io);
  addTenantCommands(program, io);
  addUserCommands(program, io);
  addOperatorCommands(program, io);
  addRouteCommands(program, io);
  addActivityCommands(program, io);
  addPurgeCommand(program, io);
  addRulesCommands(program, io);
  addRegionCommands(program, undefined, io);
  return program;
}

// Both are processes: they handle signals and set the exit code of this one.
function addServeAndDemo(program: Command): void {
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
}

function fail(io: CommandIo, error: unknown, json: boolean): void {
  // Its message, or the help that was asked for, has been written.
  if (error instanceof CommanderError) return void (io.exitCode = error.exitCode);
  const fault =
    error instanceof CommandError || error instanceof RegionMismatch || error instanceof UnknownMigrations
      ? error.message
      : String(error);
  io.stderr.write(`${fault}\n`);
  // A program that reads the output as JSON gets an object in every case.
  if (json) print(io, { json }, { ok: false, faults: fault.split('\n') }, []);
  io.exitCode = 1;
}

// What a shell reports of a program that SIGPIPE ended.
const afterBrokenPipe = 141;

// A reader that has seen enough, such as `head`, is no fault to report.
function failToWrite(io: CommandIo, error: Error & { code?: string }): void {
  if (error.code === 'EPIPE') return void (io.exitCode = afterBrokenPipe);
  io.stderr.write(`${String(error)}\n`);
  io.exitCode = 1;
}

const plainWidth = 80;
const widthOf = ({ isTTY, columns = plainWidth }: CommandIo['stdout']): number => (isTTY ? columns : plainWidth);

const maxDemoUsers = 10_000_000;

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > maxDemoUsers)
    throw new InvalidArgumentError('It is a number from 1 to 10000000.');
  return number;
}
