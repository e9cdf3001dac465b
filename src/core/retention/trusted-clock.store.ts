import type { Database } from '../../platform/database/database.ts';

const onlyRow = 1;

function insert(database: Database, trustedAt: number) {
  return database.knex('retention_clock').insert({ id: onlyRow, trusted_at: trustedAt }).onConflict('id');
}

/** @returns the trusted time, epoch ms; null before the first run */
export async function findForOperator(database: Database): Promise<number | null> {
  const row = await database.knex<{ id: number; trusted_at: number }>('retention_clock').where({ id: onlyRow }).first();
  return row?.trusted_at ?? null;
}

/** Moves the trusted time (epoch ms) forward, never back, even if several processes do so concurrently. */
export async function advanceForOperator(database: Database, to: number): Promise<void> {
  await insert(database, to).merge().where('retention_clock.trusted_at', '<', to);
}

/** Sets the trusted time to `now` (epoch ms), forward or back, after an operator has confirmed the clock. */
export async function confirmForOperator(database: Database, now: number): Promise<void> {
  await insert(database, now).merge();
}
