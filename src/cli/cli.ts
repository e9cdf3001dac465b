import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { addActivityCommands } from './activity.ts';
import { applyClasses } from './command-classes.ts';
import { addCheckCommand } from './check.ts';
import { createNewDatabase, print, withContext } from './context.ts';
import { watchOutput, type CommandIo } from './io.ts';
import { addPasswordsCommands } from './passwords.ts';
import { addPurgeCommand } from './purge.ts';
import { addRegionCommands } from './region.ts';
import { addOperatorCommands } from './operator.ts';
import { addRouteCommands } from './route.ts';
import { addRulesCommands } from './rules.ts';
import { addStatusCommand } from './status.ts';
import { addTenantCommands } from './tenant.ts';
import { addUserCommands } from './user.ts';
import { messageOf } from './command-faults.ts';
import { helpArguments } from './help-arguments.ts';
import { UnprintedSecret } from './secret-output.ts';

/**
 * Runs one command of `npx parvis`. If it fails, it prints its faults to standard error, one per line, and returns a
 * nonzero exit code.
 * @param args the command line, without the program name
 * @param io `process`, or a test's environment and streams. The commands that start processes (`serve`, `demo`,
 * `region prove`) require `process`.
 * @returns the exit code, which is also set on `io`
 */
export async function run(args: readonly string[], io: CommandIo): Promise<number> {
  const outputError = watchOutput(io);
  let isReported = false;
  try {
    const program = createProgram(io);
    await program.parseAsync([...helpArguments(program, args)], { from: 'user' });
  } catch (error) {
    // Output errors are reported below.
    if (!isOutputError(error, await outputError())) fail(io, error, args.includes('--json'));
    isReported = error instanceof UnprintedSecret;
  }
  const broken = await outputError();
  if (broken !== null && !isReported) failToWrite(io, broken);
  return Number(io.exitCode ?? 0);
}

/** Defines all commands without running any of them. */
export function createProgram(io: CommandIo): Command {
  const program = new Command('parvis').description('A self-hosted partner portal');
  // Configure these first: commands inherit the settings when they are added.
  program.exitOverride().configureOutput({
    writeOut: (text) => io.stdout.write(text),
    writeErr: (text) => io.stderr.write(text),
    getOutHelpWidth: () => widthOf(io.stdout),
    getErrHelpWidth: () => widthOf(io.stderr),
  });
  addServeAndDemo(program);
  program
    .command('migrate')
    .description('migrate the database schema to this version')
    .option('--new-database', 'create an empty database although files of an earlier one exist')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean; newDatabase?: boolean }) => {
      if (options.newDatabase === true) await createNewDatabase(io);
      await withContext(io, () =>
        Promise.resolve(print(io, options, { ok: true, faults: [] }, ['The schema is up to date.'])),
      );
    });
  addCheckCommand(program, io);
  addStatusCommand(program, io);
  addTenantCommands(program, io);
  addUserCommands(program, io);
  addOperatorCommands(program, io);
  addRouteCommands(program, io);
  addActivityCommands(program, io);
  addPasswordsCommands(program, io);
  addPurgeCommand(program, io);
  addRulesCommands(program, io);
  addRegionCommands(program, undefined, io);
  applyClasses(program);
  return program;
}

// These two commands keep running. They handle signals and set the exit code of the process themselves.
function addServeAndDemo(program: Command): void {
  program
    .command('serve')
    .description('start the server of one region, configured by environment variables')
    .action(async () => (await import('../main.ts')).main());
  program
    .command('demo')
    .description('start two regions with sample organizations and print the accounts to sign in with')
    .option('--users <count>', 'add an organization with this many users, up to ten million', wholeNumber)
    .option('--json', 'print one JSON object when both regions are ready')
    .action(async (options: { json?: boolean; users?: number }) =>
      (await import('../../tools/demo/demo.ts')).demo(options),
    );
}

function fail(io: CommandIo, error: unknown, json: boolean): void {
  const message = messageOf(error);
  // Commander has already printed its message or the help.
  if (error instanceof CommanderError) io.exitCode = error.exitCode;
  else {
    io.stderr.write(`${message}\n`);
    io.exitCode = 1;
  }
  // With --json, a failed command prints a JSON object too, unless its result may already have been printed.
  const isPrinted = error instanceof UnprintedSecret || io.exitCode === 0;
  if (json && !isPrinted) print(io, { json }, { ok: false, faults: message.split('\n') }, []);
}

function isOutputError(error: unknown, broken: (Error & { code?: string }) | null): boolean {
  if (broken === null || !(error instanceof Error)) return false;
  const { code } = error as Error & { code?: string };
  return error === broken || code === 'ERR_STREAM_PREMATURE_CLOSE' || (code !== undefined && code === broken.code);
}

// A closed pipe is not an error: a reader such as `head` stops early.
function failToWrite(io: CommandIo, error: Error & { code?: string }): void {
  if (error.code === 'EPIPE') return;
  io.stderr.write(`${messageOf(error)}\n`);
  io.exitCode = 1;
}

const plainWidth = 80;
const widthOf = ({ isTTY, columns = plainWidth }: CommandIo['stdout']): number => (isTTY ? columns : plainWidth);

const maxDemoUsers = 10_000_000;

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > maxDemoUsers)
    throw new InvalidArgumentError('It must be a whole number from 1 to 10000000.');
  return number;
}
