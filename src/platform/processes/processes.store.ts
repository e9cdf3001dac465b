import type { Database } from '../database/database.ts';
import type { ProcessState } from './process-state.ts';

/** A process that has reported recently. Times are from the database server's clock, in epoch ms. */
export interface RunningProcess extends ProcessState {
  readonly startedAt: number;
  readonly seenAt: number;
}

interface ProcessRow extends Omit<ProcessState, 'sessionSecrets' | 'secondFactorKeys'> {
  readonly session_secrets: string;
  readonly second_factor_keys: string;
  readonly started_at: number;
  readonly seen_at: number;
}

/** The interval at which a process reports, in ms. */
export const reportEveryMs = 30_000;
// A process is considered running until it has missed three reports.
const maxSilenceMs = 3 * reportEveryMs;
const keptMs = 10 * 60_000;

/** Stores that a process is running, and deletes the rows of processes that ended without removing them. */
export async function report(database: Database, state: ProcessState, clock: () => number): Promise<void> {
  const now = await timeOf(database, clock);
  const { sessionSecrets, secondFactorKeys, ...rest } = state;
  const secrets = { session_secrets: sessionSecrets.join(' '), second_factor_keys: secondFactorKeys.join(' ') };
  const row = Object.assign(rest, secrets, { started_at: now, seen_at: now });
  await database.knex('processes').insert(row).onConflict('id').merge(['seen_at']);
  const gone = database
    .knex('processes')
    .where('seen_at', '<', now - keptMs)
    .orWhere('seen_at', '>', now + keptMs);
  await gone.delete();
}

export async function remove({ knex }: Database, id: string): Promise<void> {
  await knex('processes').where({ id }).delete();
}

/** @returns the processes that are running, and the current time on the database server's clock, epoch ms */
export async function listRunning(
  database: Database,
  clock: () => number,
): Promise<{ readonly processes: RunningProcess[]; readonly now: number }> {
  const now = await timeOf(database, clock);
  const rows = await database.knex<ProcessRow>('processes').orderBy(['host', 'pid', 'id']);
  // A time in the future comes from a clock that has since been corrected.
  const running = rows.filter((row) => Math.abs(now - row.seen_at) <= maxSilenceMs);
  return { now, processes: running.map(toProcess) };
}

const toProcess = ({
  session_secrets: sessionSecrets,
  second_factor_keys: secondFactorKeys,
  started_at: startedAt,
  seen_at: seenAt,
  ...rest
}: ProcessRow): RunningProcess => ({
  ...rest,
  sessionSecrets: sessionSecrets.split(' '),
  secondFactorKeys: secondFactorKeys.split(' '),
  startedAt,
  seenAt,
});

// The clocks of the nodes may differ by minutes. All processes that share a SQLite file are on one machine.
async function timeOf({ dialect, knex }: Database, clock: () => number): Promise<number> {
  if (dialect === 'sqlite') return clock();
  const [row] = (await knex.select(
    knex.raw('(extract(epoch from clock_timestamp()) * 1000)::bigint as now'),
  )) as unknown as { now: number }[];
  return row?.now ?? clock();
}
