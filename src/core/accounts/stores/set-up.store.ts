import type { Database } from '../../../platform/database/database.ts';

/** The one-time link to set up the first tenant; at most one row, and none once it was used. */
export function setupStore(database: Database) {
  const matching = database.prepare<{ id: number }>('setup.find', (knex, $) =>
    knex('setup')
      .select('id')
      .where({ token_digest: $('digest') }),
  );

  return {
    /** Makes this the only link: one that was printed before it opens nothing any more. */
    replace: async (tokenDigest: string): Promise<void> => {
      await database.knex('setup').insert({ id: 1, token_digest: tokenDigest }).onConflict('id').merge();
    },

    isOpen: async (tokenDigest: string): Promise<boolean> => (await matching({ digest: tokenDigest })).length === 1,

    /** @returns whether the link was still there to be used: of several at once, one gets true */
    consume: async (tokenDigest: string): Promise<boolean> =>
      (await database.knex('setup').where({ token_digest: tokenDigest }).delete()) === 1,

    close: async (): Promise<void> => {
      await database.knex('setup').delete();
    },
  };
}
