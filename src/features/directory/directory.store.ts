import type { Database } from '../../data/database.ts';

/** An entry of the directory: company domains and regions, no person. */
export interface DirectoryRoute {
  readonly domain: string;
  readonly region: string;
}

export function directoryStore(database: Database) {
  const find = database.prepare<DirectoryRoute>('directory.find', (knex, $) =>
    knex('routes').where({ domain: $('domain') }),
  );

  return {
    /** @returns the region that a company domain is routed to, or null where the directory does not name it */
    regionOf: async (domain: string): Promise<string | null> => (await find({ domain }))[0]?.region ?? null,

    list: async (): Promise<DirectoryRoute[]> => database.knex('routes').select('domain', 'region').orderBy('domain'),

    /** Adds routes; a domain that is there already takes the new region. */
    put: async (routes: readonly DirectoryRoute[]): Promise<void> => {
      if (routes.length > 0) await database.knex('routes').insert(routes).onConflict('domain').merge();
    },

    /** @returns whether there was such a route */
    remove: async (domain: string): Promise<boolean> =>
      (await database.knex('routes').where({ domain }).delete()) === 1,
  };
}
