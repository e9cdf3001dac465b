import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from './database.ts';

// A transaction that waits while it holds the lock of a tenant blocks all other writers of the tenant, such as
// sign-ins, so it must not wait for long. Transactions that hold the lock of a tenant hold other locks for only
// milliseconds, so a row that stays locked for longer is locked by a transaction without a tenant lock.
const maxRowWaitMs = 50;
const firstPauseMs = 100;
const maxPauseMs = 400;
const lockNotAvailable = '55P03';

/**
 * Locks one row until the end of the transaction, so that transactions that lock the same row run one after another.
 * From then on, the transaction waits only briefly for any other lock; if that is not enough, `retryWhileLocked`
 * repeats it. In SQLite every write transaction is exclusive anyway.
 * @returns the columns of the row; null if there is no such row
 */
export async function lockRow<Row extends object>(
  { dialect, knex }: Database,
  table: string,
  id: string,
  columns: readonly (keyof Row & string)[],
): Promise<Row | null> {
  const query = knex(table).where({ id }).select(columns);
  if (dialect === 'sqlite') return ((await query) as Row[])[0] ?? null;
  // Lock the row and set the limit in one statement, in this order, because the limit must not apply to the wait for
  // this row.
  const limit = knex.raw("set_config('lock_timeout', ?, true)", [`${maxRowWaitMs}ms`]);
  const rows = await knex
    .withMaterialized('locked', query.forUpdate())
    .from('locked')
    .select([...columns, limit]);
  return (rows as Row[])[0] ?? null;
}

/**
 * Retries a transaction that failed because another transaction holds a row lock. It is rolled back between attempts,
 * which releases its locks and connection, so that other transactions don't have to wait for it.
 * @param transaction must have no effects outside the database
 * @param maxWaitMs the time after which the error of the last attempt is thrown
 */
export async function retryWhileLocked<T>(transaction: () => Promise<T>, maxWaitMs: number): Promise<T> {
  const deadline = performance.now() + maxWaitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
    try {
      return await transaction();
    } catch (error) {
      if (!isLockTimeout(error) || performance.now() + pauseMs > deadline) throw error;
    }
    // Add jitter, so that waiting transactions don't acquire the tenant's lock one right after another.
    await delay(pauseMs * (1 + Math.random()));
  }
}

const isLockTimeout = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === lockNotAvailable;
