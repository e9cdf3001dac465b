import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { longTimeouts } from '../platform/database/open.ts';
import { createTransport } from '../platform/mail-transport.ts';
import { createErasure } from '../core/personal-data/index.ts';
import {
  type ClockFault,
  findExcess,
  purgeExpired,
  type Excess,
  retentionSteps,
  findClockFault,
  readTrustedTime,
  trustedClockStore,
} from '../core/retention/index.ts';
import { createThrottle } from '../core/accounts/index.ts';
import { print, withContext, type CommandContext } from './context.ts';
import type { CommandIo } from './io.ts';
import type { Counts, RetentionStep } from '../platform/retention-step.ts';

interface PurgeOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** The data that is due for deletion, and the times by which that was decided, in epoch milliseconds. */
interface Due {
  readonly now: number;
  readonly trustedAt: number;
  readonly due: Counts;
  readonly held: readonly Excess[];
}

const kindLabels: Readonly<Record<string, string>> = {
  erasedUsers: 'deleted users past their restore window',
  trimmedEntries: 'activity log entries past their retention period',
  unknownUserEntries: 'log entries about unknown user names',
  sessionData: 'session data',
  sessions: 'sessions',
  throttles: 'throttles',
  oneTimeLinks: 'one-time links',
  approvals: 'ended approval requests',
  imports: 'staged imports',
};

export function addPurgeCommand(program: Command, io: CommandIo): void {
  program
    .command('purge')
    .description(
      'list expired data and, once you confirm that the clock is right, permanently delete it, ' +
        'including amounts above the limit for automatic deletion',
    )
    .option(
      '--yes',
      'delete without confirmation; required without a terminal, otherwise nothing is deleted and the exit code is 1',
    )
    .option('--json', 'print one JSON object')
    // Deleting years of log entries takes longer than the usual timeouts allow.
    .action((options: PurgeOptions) => withContext(io, (context) => purge(io, context, options), longTimeouts));
}

async function purge(io: CommandIo, context: CommandContext, options: PurgeOptions): Promise<void> {
  const steps = stepsOf(context);
  const found = await findDue(context, steps);
  if (options.yes !== true) {
    const canAsk = options.json !== true && io.stdin.isTTY && io.stdout.isTTY;
    print(io, options, { ok: false, ...dueToJson(found), deleted: null }, dueLines(found));
    if (!canAsk || !(await isConfirmed(io))) return refuse(io, options);
  }
  await trustedClockStore.confirmForOperator(context.database, found.now);
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

function refuse(io: CommandIo, { json }: PurgeOptions): void {
  if (json !== true)
    io.stdout.write(
      'Nothing was deleted. If the clock is right and the data can be deleted, run: npx parvis purge --yes\n',
    );
  io.exitCode = 1;
}

function stepsOf({ config, database, tenants }: CommandContext): readonly RetentionStep[] {
  const { rules, mail } = config;
  const { operatorScope: scopeOf } = tenants;
  const erasure = createErasure({
    database,
    rules,
    scopeOf,
    clock: Date.now,
    throttle: createThrottle(database, rules),
    transport: mail === null ? null : createTransport(mail),
  });
  return retentionSteps({ database, rules, scopeOf, erasure });
}

async function findDue({ database }: CommandContext, steps: readonly RetentionStep[]): Promise<Due> {
  const now = Date.now();
  const counts = await Promise.all(steps.map((step) => step.countDue(now)));
  const held = await Promise.all(steps.map((step) => findExcess(step, now)));
  return {
    now,
    trustedAt: await readTrustedTime(database, now),
    due: Object.fromEntries(counts.flatMap((each) => Object.entries(each))),
    held: held.filter((excess) => excess !== null),
  };
}

const dueToJson = ({ now, trustedAt, due, held }: Due) => ({
  clock: iso(now),
  trustedAt: iso(trustedAt),
  isClockTrusted: findClockFault(now, trustedAt) === null,
  due,
  held,
});

function dueLines({ now, trustedAt, due, held }: Due): string[] {
  const some = Object.values(due).some((count) => count > 0);
  return [
    `Clock: ${iso(now)}`,
    `Last trusted: ${iso(trustedAt)}`,
    ...clockLines(findClockFault(now, trustedAt)),
    ...(some ? ['Due for deletion:', ...countLines(due)] : ['Nothing is due for deletion.']),
    ...held.map(
      ({ kind, limit }) => `More than ${limit} ${kindLabels[kind] ?? kind}: above the limit for automatic deletion.`,
    ),
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
    .map(([kind, count]) => `  ${String(count).padStart(8)}  ${kindLabels[kind] ?? kind}`);

async function isConfirmed(io: CommandIo): Promise<boolean> {
  const terminal = createInterface({ input: io.stdin, output: io.stdout });
  const answer = await terminal.question('Is the clock right? Permanently delete this data? (yes/no) ');
  terminal.close();
  return answer.trim().toLowerCase() === 'yes';
}

const iso = (at: number): string => new Date(at).toISOString();
