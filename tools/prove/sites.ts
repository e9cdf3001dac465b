import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readRules } from '../../src/platform/config/rules.ts';
import { createCanaries } from './canaries.ts';
import type { Territory } from './process-assessment.ts';
import { freePort } from './free-port.ts';
import type { RegionPlan } from './regions.ts';
import { sqliteStores } from './stores-sqlite.ts';
import type { RegionStores } from './stores.ts';
import type { Watching } from './process-watcher.ts';
import type { Stage } from './stage.ts';
import { CommandError } from '../../src/platform/command-error.ts';

export interface ProveOptions {
  /** The rules files of the two regions. */
  readonly rulesFiles: readonly string[];
  /**
   * The URL of each region's database, in the order of the rules files; null if both regions use embedded databases.
   */
  readonly databaseUrls: readonly string[] | null;
  readonly redisUrls: readonly string[] | null;
  /** A shorter flow than that of the complete proof, for tests. */
  readonly flow?: readonly Stage[];
  /** Called with a sentence whenever the proof makes progress. */
  readonly onProgress?: (words: string) => void;
  /** @returns settings that override those of a region, for tests that deliberately break the isolation */
  readonly settings?: (region: string, all: readonly Site[]) => Readonly<Record<string, string>>;
}

/** A region with its rules file and its stores. */
export interface Site {
  readonly plan: RegionPlan;
  readonly rulesFile: string;
  readonly stores: RegionStores;
}

/** @returns the resources that the processes of a site may use */
export const territoryOf = ({ plan, stores }: Site): Territory => ({
  region: plan.id,
  folder: plan.folder,
  port: plan.port,
  stores,
});

// A database file given by the caller is outside the root folder, so its folder is watched too.
export const foldersOf = (root: string, { databaseUrls }: ProveOptions): string[] => [
  path.join(root, 'regions'),
  ...(databaseUrls ?? []).filter((url) => url.startsWith('sqlite:')).map((url) => path.dirname(fileOf(url))),
];

const fileOf = (url: string): string => path.resolve(url.slice('sqlite:'.length));

/** Opens the stores of both regions and checks that they are empty. */
export async function openSites(
  options: ProveOptions,
  root: string,
  watching: Watching,
  closers: (() => unknown)[],
): Promise<Site[]> {
  const sites: Site[] = [];
  for (const [index, rulesFile] of options.rulesFiles.entries()) {
    const { rules, faults } = readRules(rulesFile);
    if (rules === null) throw new CommandError(faults.map((fault) => `${rulesFile}: ${fault}`).join('\n'));
    const folder = path.join(root, 'regions', rules.region);
    const stores = await openStores(rules.region, folder, options, { index, watching });
    closers.push(() => stores.close());
    await stores.checkEmpty();
    const [port, canaries] = [await freePort(), createCanaries()];
    sites.push({ rulesFile, stores, plan: { id: rules.region, rules, folder, port, environment: {}, canaries } });
  }
  const [one, other] = sites;
  if (sites.length !== 2 || one?.plan.id === other?.plan.id)
    throw new CommandError('The proof requires the rules of two different regions');
  return sites;
}

async function openStores(
  region: string,
  folder: string,
  { databaseUrls, redisUrls }: ProveOptions,
  { index, watching }: { index: number; watching: Watching },
): Promise<RegionStores> {
  const databaseUrl = databaseUrls?.[index] ?? null;
  if (databaseUrl === null || databaseUrl.startsWith('sqlite:'))
    return sqliteStores(folder, databaseUrl === null ? null : fileOf(databaseUrl));
  const { postgresStores } = await import('./stores-postgres.ts');
  return postgresStores(region, { databaseUrl, redisUrl: redisUrls?.[index] ?? null }, watching);
}

/** @returns the SHA-256 digest of a rules file, with which an auditor can identify it */
export const fileDigest = (file: string): string => hash('sha256', readFileSync(file), 'hex');
