import { inChunks } from '../../platform/database/chunks.ts';
import type { Database } from '../../platform/database/database.ts';
import { domainAndParents } from '../../domain/people/user.ts';

/** An entry of the directory: company domains and regions, no person. */
export interface DirectoryRoute {
  readonly domain: string;
  readonly region: string;
}

// SQLite takes no more than 500 in one statement.
const rowsAtOnce = 400;

export function directoryStore(database: Database) {
  // Of a domain that a tenant of this region owns no row names a region: its people stay, wherever a route leads.
  const find = database.prepare<{ region: string | null }>('directory.find', (knex, $) =>
    knex('routes')
      .select('region')
      .where({ domain: $('domain') })
      .unionAll(
        knex('tenant_domains')
          .select(knex.raw('null as region'))
          .where({ domain: $('domain') }),
      ),
  );

  const list = async (): Promise<DirectoryRoute[]> =>
    database.knex('routes').select('domain', 'region').orderBy('domain');

  return {
    /**
     * The most particular one counts.
     * @returns the region that a company domain, or one above it, is routed to; null where the directory names neither,
     * and where a tenant of this region owns it
     */
    regionOf: async (domain: string): Promise<string | null> => {
      for (const each of domainAndParents(domain)) {
        const found = await find({ domain: each });
        if (found.some(({ region }) => region === null)) return null;
        if (found[0] !== undefined) return found[0].region;
      }
      return null;
    },

    /** @returns the domains of this region's own tenants */
    residents: async (): Promise<string[]> => database.knex('tenant_domains').orderBy('domain').pluck('domain'),

    list,

    /** @returns what other regions may know: without the domains of tenants that are unlisted, and all below them */
    listShared: async (): Promise<DirectoryRoute[]> => {
      const unlisted = await database
        .knex('tenant_domains')
        .join('tenants', 'tenants.id', 'tenant_domains.tenant_id')
        .where({ listed: 0 })
        .select<{ domain: string }[]>('domain');
      const kept = new Set(unlisted.map(({ domain }) => domain));
      const routes = await list();
      return routes.filter(({ domain }) => !domainAndParents(domain).some((each) => kept.has(each)));
    },

    /** Adds routes, all or none; a domain that is there already, or comes twice, takes the last region. */
    put: async (routes: readonly DirectoryRoute[]): Promise<void> => {
      const last = [...new Map(routes.map((route) => [route.domain, route])).values()];
      await database.transaction(({ knex }) =>
        inChunks(last, rowsAtOnce, async (some) => {
          await knex('routes')
            .insert([...some])
            .onConflict('domain')
            .merge();
        }),
      );
    },

    /** @returns the key by which a region signs its directory, as it was first seen or last accepted; or null */
    keyOf: async (region: string): Promise<string | null> => {
      const [row] = (await database.knex('directory_keys').where({ region })) as { public_key: string }[];
      return row?.public_key ?? null;
    },

    keepKey: async (region: string, publicKey: string): Promise<void> => {
      await database.knex('directory_keys').insert({ region, public_key: publicKey }).onConflict('region').merge();
    },

    /** @returns whether there was such a route */
    remove: async (domain: string): Promise<boolean> =>
      (await database.knex('routes').where({ domain }).delete()) === 1,
  };
}
