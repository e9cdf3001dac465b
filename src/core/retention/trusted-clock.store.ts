import type { Database } from '../../platform/database/database.ts';

const onlyRow = 1;

/** The newest time at which a trusted clock deleted expired data: one for the whole region. Times are epoch ms. */
export function trustedClockStore(database: Database) {
  const insert = (trustedAt: number) =>
    database.knex('retention_clock').insert({ id: onlyRow, trusted_at: trustedAt }).onConflict('id');

  return {
    /** @returns the trusted time, or null before the first run */
    findForOperator: async (): Promise<number | null> => {
      const row = await database
        .knex<{ id: number; trusted_at: number }>('retention_clock')
        .where({ id: onlyRow })
        .first();
      return row?.trusted_at ?? null;
    },

    /** Moves the trusted time forward, and never back, however many processes do so at the same time. */
    advanceForOperator: async (to: number): Promise<void> => {
      await insert(to).merge().where('retention_clock.trusted_at', '<', to);
    },

    /** Sets the trusted time, forward or back: an operator vouches for it. */
    confirmForOperator: async (now: number): Promise<void> => {
      await insert(now).merge();
    },
  };
}
