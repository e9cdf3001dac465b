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

// Returns a null region if a tenant of this region owns the domain: ownership takes precedence over any route.
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

/** @returns the number of domains by region */
export async function countByRegion({ knex }: Database): Promise<ReadonlyMap<string, number>> {
  const rows = (await knex('routes').select('region').count({ count: '*' }).groupBy('region').orderBy('region')) as {
    region: string;
    count: number;
  }[];
  return new Map(rows.map(({ region, count }) => [region, count]));
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
 * @returns the routes of this region that may be shared with other regions, excluding the domains of unlisted tenants
 * and their subdomains
 */
export async function listShared(database: Database, region: string): Promise<DirectoryRoute[]> {
  const unlisted = await database
    .knex('tenant_domains')
    .join('tenants', 'tenants.id', 'tenant_domains.tenant_id')
    .where({ listed: 0 })
    .select<{ domain: string }[]>('domain');
  const unlistedDomains = new Set(unlisted.map(({ domain }) => domain));
  const routes = (await list(database)).filter((route) => route.region === region);
  return routes.filter(({ domain }) => !domainAndParents(domain).some((each) => unlistedDomains.has(each)));
}

/** @returns the domains of listed tenants of this region that the directory doesn't route to this region */
export async function listUnrouted(database: Database, region: string): Promise<string[]> {
  const listed = await database
    .knex('tenant_domains')
    .join('tenants', 'tenants.id', 'tenant_domains.tenant_id')
    .where({ listed: 1 })
    .orderBy('domain')
    .pluck<string[]>('domain');
  const routed = new Set((await list(database)).filter((route) => route.region === region).map(({ domain }) => domain));
  return listed.filter((domain) => !domainAndParents(domain).some((each) => routed.has(each)));
}

/**
 * Inserts or updates routes in one transaction. If a domain occurs more than once, its last region is stored.
 * @param source the region whose directory contains the routes; null if the operator or a move added them
 */
export async function upsert(
  database: Database,
  routes: readonly DirectoryRoute[],
  source: string | null = null,
): Promise<void> {
  const rows = routes.map(({ domain, region }) => ({ domain, region, source }));
  const last = [...new Map(rows.map((row) => [row.domain, row])).values()];
  await database.transaction(({ knex }) =>
    processInChunks(last, rowsPerInsert, async (some) => {
      await knex('routes')
        .insert([...some])
        .onConflict('domain')
        .merge();
    }),
  );
}

/** @returns the domains that were imported from the directory of a region */
export async function listDomainsFrom(database: Database, source: string): Promise<string[]> {
  return database.knex('routes').where({ source }).orderBy('domain').pluck<string[]>('domain');
}

/** Deletes routes that were imported from the directory of a region. */
export async function removeFrom(database: Database, source: string, domains: readonly string[]): Promise<void> {
  await processInChunks(domains, rowsPerInsert, async (some) => {
    await database
      .knex('routes')
      .where({ source })
      .whereIn('domain', [...some])
      .delete();
  });
}

/**
 * Assigns the serial number of an export, which is greater than that of every earlier export.
 * @param now the current time, epoch ms. Serial numbers are timestamps where possible, so that after a database
 * restore, new numbers exceed those already used
 * @returns the serial number of the export
 */
export async function nextSerial(database: Database, now: number): Promise<number> {
  return database.transaction(async ({ knex }) => {
    const next = knex.raw<number>('case when directory_serial >= ? then directory_serial + 1 else ? end', [now, now]);
    await knex('deployment').update({ directory_serial: next });
    const row = await knex('deployment').first<{ directory_serial: number }>('directory_serial');
    return row.directory_serial;
  });
}

/** @returns the serial number of the directory that was last imported from a region; 0 if there is none */
export async function findSerial(database: Database, region: string): Promise<number> {
  const [row] = (await database.knex('directory_keys').where({ region })) as { serial: number }[];
  return row?.serial ?? 0;
}

export async function storeSerial(database: Database, region: string, serial: number): Promise<void> {
  await database.knex('directory_keys').where({ region }).update({ serial });
}

/** @returns the stored public key of a region; null if there is none yet */
export async function findKey(database: Database, region: string): Promise<string | null> {
  const [row] = (await database.knex('directory_keys').where({ region })) as { public_key: string }[];
  return row?.public_key ?? null;
}

/** Stores the key of a region. Resets the serial number, because serial numbers start over with a new key. */
export async function storeKey(database: Database, region: string, publicKey: string): Promise<void> {
  const row = { region, public_key: publicKey, serial: 0 };
  await database.knex('directory_keys').insert(row).onConflict('region').merge();
}

/**
 * Deletes the route of a domain.
 * @returns whether it existed
 */
export async function remove(database: Database, domain: string): Promise<boolean> {
  return (await database.knex('routes').where({ domain }).delete()) === 1;
}
