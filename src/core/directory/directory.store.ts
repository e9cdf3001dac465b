import { processInChunks } from '../../platform/database/chunks.ts';
import { type Database, preparedQuery } from '../../platform/database/database.ts';
import { domainAndParents } from '../../domain/people/user.ts';

/** An entry of the directory: company domains and regions, no person. */
export interface DirectoryRoute {
  readonly domain: string;
  readonly region: string;
}

// SQLite takes no more than 500 in one statement.
const rowsAtOnce = 400;

// Of a domain that a tenant of this region owns no row names a region: its people stay, wherever a route leads.
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
 * The most particular one counts.
 * @returns the region that a company domain, or one above it, is routed to; null where the directory names neither,
 * and where a tenant of this region owns it
 */
export async function regionOf(database: Database, domain: string): Promise<string | null> {
  for (const each of domainAndParents(domain)) {
    const found = await find(database, { domain: each });
    if (found.some(({ region }) => region === null)) return null;
    if (found[0] !== undefined) return found[0].region;
  }
  return null;
}

/** @returns the domains of this region's own tenants */
export async function residents(database: Database): Promise<string[]> {
  return database.knex('tenant_domains').orderBy('domain').pluck('domain');
}

/** @returns what other regions may know: without the domains of tenants that are unlisted, and all below them */
export async function listShared(database: Database): Promise<DirectoryRoute[]> {
  const unlisted = await database
    .knex('tenant_domains')
    .join('tenants', 'tenants.id', 'tenant_domains.tenant_id')
    .where({ listed: 0 })
    .select<{ domain: string }[]>('domain');
  const kept = new Set(unlisted.map(({ domain }) => domain));
  const routes = await list(database);
  return routes.filter(({ domain }) => !domainAndParents(domain).some((each) => kept.has(each)));
}

/** Adds routes, all or none; a domain that is there already, or comes twice, takes the last region. */
export async function put(database: Database, routes: readonly DirectoryRoute[]): Promise<void> {
  const last = [...new Map(routes.map((route) => [route.domain, route])).values()];
  await database.transaction(({ knex }) =>
    processInChunks(last, rowsAtOnce, async (some) => {
      await knex('routes')
        .insert([...some])
        .onConflict('domain')
        .merge();
    }),
  );
}

/** @returns the key by which a region signs its directory, as it was first seen or last accepted; or null */
export async function keyOf(database: Database, region: string): Promise<string | null> {
  const [row] = (await database.knex('directory_keys').where({ region })) as { public_key: string }[];
  return row?.public_key ?? null;
}

export async function keepKey(database: Database, region: string, publicKey: string): Promise<void> {
  await database.knex('directory_keys').insert({ region, public_key: publicKey }).onConflict('region').merge();
}

/** @returns whether there was such a route */
export async function remove(database: Database, domain: string): Promise<boolean> {
  return (await database.knex('routes').where({ domain }).delete()) === 1;
}
