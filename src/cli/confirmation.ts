import { createInterface } from 'node:readline/promises';
import { CommandError } from '../platform/command-error.ts';
import { commandTimeouts } from '../platform/database/open.ts';
import { readDatabase, withExistingDatabase, type CommandContext } from './context.ts';
import { print, type CommandIo } from './io.ts';

/** The options that `applyClasses` adds to commands that ask for confirmation. */
export interface DestructiveOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** The changes that a destructive command would make. */
export interface Effects {
  /** Full sentences with the counts. */
  readonly lines: readonly string[];
  /** The counts, by name, for programs that use --json. */
  readonly counts: Readonly<Record<string, number>>;
}

interface DestructiveCommand {
  /**
   * Whether the change can be undone. If so, it needs no --yes without a terminal: it prints its effects and proceeds.
   */
  readonly isReversible?: true;
  /**
   * Determines what would change.
   * @returns the changes; null if nothing would be lost, so no confirmation is needed
   * @throws if the command would fail
   */
  readonly findEffects: (context: CommandContext) => Promise<Effects | null>;
  readonly change: (context: CommandContext) => Promise<void>;
  readonly timeouts?: typeof commandTimeouts;
}

/** Runs a destructive command: shows its effects, asks for confirmation unless --yes is given, and makes the change. */
export async function changeAfterConfirmation(
  io: CommandIo,
  options: DestructiveOptions,
  { findEffects, change, timeouts = commandTimeouts, isReversible }: DestructiveCommand,
): Promise<void> {
  const effects = await readDatabase(io, findEffects, timeouts);
  if (options.dryRun === true) return printEffects(io, options, effects);
  if (isReversible === true && !canAsk(io, options)) {
    if (options.json !== true) print(io, options, {}, effects?.lines ?? []);
  } else await confirm(io, options, effects);
  await withExistingDatabase(io, change, timeouts);
}

export function printEffects(io: CommandIo, options: DestructiveOptions, effects: Effects | null): void {
  const { lines, counts } = effects ?? { lines: [], counts: {} };
  print(io, options, { ok: true, dryRun: true, effects: lines, counts }, [
    ...lines,
    'Nothing was changed (--dry-run).',
  ]);
}

/**
 * Shows the effects and asks the operator to confirm them, unless --yes is given.
 * @param effects null if no confirmation is needed
 * @throws CommandError if the operator does not confirm
 */
export async function confirm(io: CommandIo, options: DestructiveOptions, effects: Effects | null): Promise<void> {
  if (options.yes === true || effects === null) return;
  if (!canAsk(io, options))
    throw new CommandError([...effects.lines, 'Nothing was changed: use --yes to confirm, or --dry-run.'].join(' '));
  print(io, options, {}, effects.lines);
  if (!(await ask(io, 'Continue? (yes/no) '))) throw new CommandError('Nothing was changed.');
}

/** @returns whether a question can be asked: standard input and output are terminals, and --json is not given */
export const canAsk = ({ stdin, stdout }: CommandIo, { json }: DestructiveOptions): boolean =>
  json !== true && stdin.isTTY === true && stdout.isTTY === true;

/** @returns whether the answer is `yes`; false if the input ends without an answer */
export async function ask(io: CommandIo, question: string): Promise<boolean> {
  const terminal = createInterface({ input: io.stdin, output: io.stdout });
  try {
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    const answer = await Promise.race([terminal.question(question), ended]);
    return answer.trim().toLowerCase() === 'yes';
  } finally {
    terminal.close();
  }
}
