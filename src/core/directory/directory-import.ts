import { domainAndParents } from '../../domain/people/user.ts';
import type { Database } from '../../platform/database/database.ts';
import * as store from './directory.store.ts';
import type { DirectoryContent } from './signed-directory.ts';

/** A domain of the imported directory that conflicts with a route of another region. */
export interface Overlap {
  readonly domain: string;
  /** The domain of the existing route: the same domain or a parent domain. */
  readonly existing: string;
  readonly region: string;
}

/** The changes that the import of a signed directory would make. */
export interface DirectoryChanges {
  readonly added: readonly string[];
  /** Domains that were imported from an earlier directory of the region but are not in this directory. */
  readonly removed: readonly string[];
  /** Subdomains of a domain that is routed to another region: the import would reroute them. */
  readonly below: readonly Overlap[];
}

/** The directory that another region signed. */
export interface ReceivedDirectory extends DirectoryContent {
  readonly region: string;
}

/** @returns the domains that are routed to another region, so that the directory must not assign them */
export async function findTakenDomains(database: Database, received: ReceivedDirectory): Promise<Overlap[]> {
  const existing = await regionsByDomain(database);
  return received.routes.flatMap(({ domain }) => {
    const region = existing.get(domain);
    return region === undefined || region === received.region ? [] : [{ domain, existing: domain, region }];
  });
}

/**
 * Compares a directory with the existing routes. The directory must not contain any domain that `findTakenDomains`
 * returns.
 */
export async function findChanges(database: Database, received: ReceivedDirectory): Promise<DirectoryChanges> {
  const existing = await regionsByDomain(database);
  const domains = new Set(received.routes.map(({ domain }) => domain));
  const added = [...domains].filter((domain) => !existing.has(domain));
  const removed = (await store.listDomainsFrom(database, received.region)).filter((domain) => !domains.has(domain));
  const below = added.flatMap((domain) => {
    const parent = domainAndParents(domain).find((each) => existing.has(each));
    const region = parent === undefined ? undefined : existing.get(parent);
    return parent === undefined || region === undefined || region === received.region
      ? []
      : [{ domain, existing: parent, region }];
  });
  return { added, removed, below };
}

/** Stores the routes of a directory, removes those that it no longer contains, and stores its serial number. */
export async function importDirectory(database: Database, received: ReceivedDirectory): Promise<DirectoryChanges> {
  const { region, routes, serial } = received;
  return database.transaction(async (tx) => {
    const changes = await findChanges(tx, received);
    await store.upsert(tx, routes, region);
    await store.removeFrom(tx, region, changes.removed);
    await store.storeSerial(tx, region, serial);
    return changes;
  });
}

async function regionsByDomain(database: Database): Promise<ReadonlyMap<string, string>> {
  return new Map((await store.list(database)).map(({ domain, region }) => [domain, region]));
}
