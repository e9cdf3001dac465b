import { processInChunks } from '../../platform/database/chunks.ts';
import { type Database, preparedQuery } from '../../platform/database/database.ts';
import { domainAndParents } from '../../domain/people/user.ts';

/** An entry of the directory. It maps an email domain to a region and contains no personal data. */
export interface DirectoryRoute {
  readonly domain: string;
  readonly region: string;
}

// On SQLite, Knex inserts several rows with a compound SELECT, which can have at most 500 terms.
const rowsPerInsert = 400;

// Returns a region of null for a domain of a tenant of this region, which takes precedence over any route.
const find = preparedQuery<{ region: string | null }>('directory.find', (knex, $) =>
  knex('routes')
    .select('region')
    .where({ domain: $('domain') })
    .unionAll(
      knex('tenant_domains')
        .select(knex.raw('null as region'))
        .where({ domain: $('domain') }),
    ),
);

export async function list(database: Database): Promise<DirectoryRoute[]> {
  return database.knex('routes').select('domain', 'region').orderBy('domain');
}

/**
 * Finds the region of the most specific route for a domain.
 * @returns the region to which the domain or one of its parent domains is routed; null if there is no route, or if a
 * tenant of this region owns the domain
 */
export async function regionOf(database: Database, domain: string): Promise<string | null> {
  for (const each of domainAndParents(domain)) {
    const found = await find(database, { domain: each });
    if (found.some(({ region }) => region === null)) return null;
    if (found[0] !== undefined) return found[0].region;
  }
  return null;
}

/** @returns the domains of this region's tenants */
export async function listTenantDomains(database: Database): Promise<string[]> {
  return database.knex('tenant_domains').orderBy('domain').pluck('domain');
}

/**
 * @returns the routes that may be shared with other regions, excluding the domains of unlisted tenants and their
 * subdomains
 */
export async function listShared(database: Database): Promise<DirectoryRoute[]> {
  const unlisted = await database
    .knex('tenant_domains')
    .join('tenants', 'tenants.id', 'tenant_domains.tenant_id')
    .where({ listed: 0 })
    .select<{ domain: string }[]>('domain');
  const unlistedDomains = new Set(unlisted.map(({ domain }) => domain));
  const routes = await list(database);
  return routes.filter(({ domain }) => !domainAndParents(domain).some((each) => unlistedDomains.has(each)));
}

/** Inserts or updates routes in one transaction. If a domain occurs more than once, its last region is stored. */
export async function upsert(database: Database, routes: readonly DirectoryRoute[]): Promise<void> {
  const last = [...new Map(routes.map((route) => [route.domain, route])).values()];
  await database.transaction(({ knex }) =>
    processInChunks(last, rowsPerInsert, async (some) => {
      await knex('routes')
        .insert([...some])
        .onConflict('domain')
        .merge();
    }),
  );
}

/** @returns the stored public key of a region; null if there is none yet */
export async function findKey(database: Database, region: string): Promise<string | null> {
  const [row] = (await database.knex('directory_keys').where({ region })) as { public_key: string }[];
  return row?.public_key ?? null;
}

export async function storeKey(database: Database, region: string, publicKey: string): Promise<void> {
  await database.knex('directory_keys').insert({ region, public_key: publicKey }).onConflict('region').merge();
}

/**
 * Deletes the route of a domain.
 * @returns whether it existed
 */
export async function remove(database: Database, domain: string): Promise<boolean> {
  return (await database.knex('routes').where({ domain }).delete()) === 1;
}
