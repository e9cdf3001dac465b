import type { Command } from 'commander';
import { longTimeouts } from '../platform/database/open.ts';
import {
  confirmedPeriodsStore,
  type ClockFault,
  findExcess,
  findShortening,
  purgeExpired,
  type Excess,
  type Shortening,
  findClockFault,
  readTrustedTime,
  trustedClockStore,
} from '../core/retention/index.ts';
import { ask, canAsk, type DestructiveOptions } from './confirmation.ts';
import { print, readDatabase, withExistingDatabase, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import { kindLabel, shorteningLines, stepsForCommand } from './retention-steps.ts';
import type { Counts, RetentionStep } from '../platform/retention-step.ts';

/** Data that is due for deletion, and the times used to decide that. Times are epoch ms. */
interface Due {
  readonly now: number;
  readonly trustedAt: number;
  readonly due: Counts;
  readonly held: readonly Excess[];
  readonly shortening: Shortening | null;
}

export function addPurgeCommand(program: Command, io: CommandIo): void {
  program
    .command('purge')
    .description(
      'list expired data and, once you confirm that the clock is right, permanently delete it, ' +
        'including amounts above the limit for automatic deletion',
    )
    .option('--json', 'print one JSON object')
    .action((options: DestructiveOptions) => purge(io, options));
}

async function purge(io: CommandIo, options: DestructiveOptions): Promise<void> {
  if (options.yes !== true || options.dryRun === true) {
    const found = await readDatabase(io, (context) => findDue(context, stepsOf(context)), longTimeouts);
    if (options.dryRun === true) return printDryRun(io, options, found);
    print(io, options, { ok: false, ...dueToJson(found), deleted: null }, dueLines(found));
    const isConfirmed = canAsk(io, options) && (await ask(io, question));
    if (!isConfirmed) return refuse(io, options);
  }
  // Deleting years of log entries takes longer than the default timeouts allow.
  await withExistingDatabase(io, (context) => deleteDue(io, context, options), longTimeouts);
}

const question = 'Is the clock right? Permanently delete this data? (yes/no) ';

function printDryRun(io: CommandIo, options: DestructiveOptions, found: Due): void {
  const result = { ok: true, ...dueToJson(found), deleted: null, dryRun: true };
  print(io, options, result, [...dueLines(found), 'Nothing was deleted (--dry-run).']);
}

async function deleteDue(io: CommandIo, context: CommandContext, options: DestructiveOptions): Promise<void> {
  const steps = stepsOf(context);
  const found = await findDue(context, steps);
  await trustedClockStore.confirmForOperator(context.database, found.now);
  await confirmedPeriodsStore.confirmForOperator(context.database, context.config.rules);
  const never = new AbortController().signal;
  const { deleted, errors } = await purgeExpired(steps, { now: found.now, stopping: never, isLimited: false });
  const faults = errors.map(String);
  const lines = Object.keys(deleted).length === 0 ? ['Nothing was due.'] : ['Deleted:', ...countLines(deleted)];
  const result = { ok: faults.length === 0, ...dueToJson(found), deleted, ...(faults.length === 0 ? {} : { faults }) };
  print(io, options, result, ['The clock is confirmed.', ...lines]);
  if (faults.length === 0) return;
  io.stderr.write(faults.map((fault) => `${fault}\n`).join(''));
  io.exitCode = 1;
}

function refuse(io: CommandIo, { json }: DestructiveOptions): void {
  if (json !== true)
    io.stdout.write(
      'Nothing was deleted. If the clock is right and the data can be deleted, run: npx parvis purge --yes\n',
    );
  io.exitCode = 1;
}

const stepsOf = (context: CommandContext): readonly RetentionStep[] => stepsForCommand(context)(context.config.rules);

async function findDue(context: CommandContext, steps: readonly RetentionStep[]): Promise<Due> {
  const { config, database } = context;
  const now = Date.now();
  const counts = await Promise.all(steps.map((step) => step.countDue(now)));
  const held = await Promise.all(steps.map((step) => findExcess(step, now)));
  return {
    now,
    trustedAt: await readTrustedTime(database, now),
    due: Object.fromEntries(counts.flatMap((each) => Object.entries(each))),
    held: held.filter((excess) => excess !== null),
    shortening: await findShortening(database, config.rules, stepsForCommand(context), now),
  };
}

const dueToJson = ({ now, trustedAt, due, held, shortening }: Due) => ({
  clock: iso(now),
  trustedAt: iso(trustedAt),
  isClockTrusted: findClockFault(now, trustedAt) === null,
  due,
  held,
  shortened: shortening?.periods ?? [],
});

function dueLines({ now, trustedAt, due, held, shortening }: Due): string[] {
  const some = Object.values(due).some((count) => count > 0);
  return [
    `Clock: ${iso(now)}`,
    `Last trusted: ${iso(trustedAt)}`,
    ...clockLines(findClockFault(now, trustedAt)),
    ...(some ? ['Due for deletion:', ...countLines(due)] : ['Nothing is due for deletion.']),
    ...held.map(({ kind, limit }) => `More than ${limit} ${kindLabel(kind)}: above the limit for automatic deletion.`),
    ...(shortening === null ? [] : shorteningLines(shortening)),
  ];
}

const clockLines = (fault: ClockFault | null): string[] =>
  fault === null
    ? []
    : [
        `The clock is more than a day ${fault === 'ahead' ? 'ahead of' : 'behind'} the last trusted time, ` +
          'so the portal does not delete expired data.',
      ];

const countLines = (counts: Counts): string[] =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `  ${String(count).padStart(8)}  ${kindLabel(kind)}`);

const iso = (at: number): string => new Date(at).toISOString();
