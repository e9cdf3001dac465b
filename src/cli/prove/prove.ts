import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readRules } from '../../config/rules.ts';
import { CommandFault } from '../context.ts';
import { createCanaries } from './canaries.ts';
import { folderPlaces, textPlaces } from './collect.ts';
import { plantControls, startTrespasser } from './controls.ts';
import { flow as wholeFlow, type Chapter } from './flow/flow.ts';
import type { Look } from './places.ts';
import { freePort, startRegion, type RegionPlan, type Surroundings } from './regions.ts';
import type { Report } from './report.ts';
import { sqliteStores } from './stores-sqlite.ts';
import type { RegionStores } from './stores.ts';
import { createStory, type Story } from './story.ts';
import { sumUp } from './sum-up.ts';
import { walk, type StepResult } from './walk.ts';
import { startWatching, type Watching } from './watching.ts';

export interface ProveOptions {
  /** The rules of the two regions. */
  readonly rulesFiles: readonly string[];
  /** A database each, in the order of the rules; null for an embedded one each. */
  readonly databaseUrls: readonly string[] | null;
  readonly redisUrls: readonly string[] | null;
  /** Another flow than the whole one. */
  readonly flow?: readonly Chapter[];
  /** Is told what is being done. */
  readonly tell?: (words: string) => void;
  /** Settings laid over a region's own: for whoever breaks the isolation on purpose. */
  readonly settings?: (region: string, all: readonly Site[]) => Readonly<Record<string, string>>;
}

/** A region with everything that the proof knows of it. */
export interface Site {
  readonly plan: RegionPlan;
  readonly rulesFile: string;
  readonly stores: RegionStores;
}

/** Starts two regions, does in them everything that people do, and looks for each in everything of the other. */
export async function prove(options: ProveOptions): Promise<Report> {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'parvis-proof-')));
  const watching = startWatching(foldersOf(root, options));
  const closers: (() => unknown)[] = [() => rmSync(root, { recursive: true, force: true }), () => watching.stop()];
  try {
    return await run(options, root, watching, closers);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function run(
  options: ProveOptions,
  root: string,
  watching: Watching,
  closers: (() => unknown)[],
): Promise<Report> {
  const { tell = () => undefined, flow = wholeFlow } = options;
  const began = Date.now();
  const records = path.join(root, 'records');
  mkdirSync(records);
  const around: Surroundings = { watching, records, folders: foldersOf(root, options) };
  const sites = await openSites(options, root, watching, closers);
  const stories = await startStories(sites, around, closers, options);
  tell(`Two regions run: ${sites.map(({ plan }) => plan.id).join(' and ')}.`);
  const looks: Look[] = [];
  const steps: StepResult[] = [];
  const look = async (moment: string, whole: boolean): Promise<void> => {
    for (const [index, { plan, stores }] of sites.entries()) {
      const story = stories[index];
      const rest = whole && story ? textPlaces(story, stores) : folderPlaces(plan.folder);
      looks.push({ region: plan.id, moment, places: [...(await stores.read()), ...rest] });
    }
  };
  for (const { steps: chapter, moment } of flow) {
    steps.push(...(await walk(chapter, stories, (title) => (watching.sample(), tell(title)))));
    if (moment === flow.at(-1)?.moment) await trespassAndPlant(sites, stories, around);
    await look(moment, false);
  }
  for (const { plan, stores } of sites)
    looks.push({ region: plan.id, moment: 'as backed up', places: await stores.backup() });
  const directories = await Promise.all(stories.map(directoryOf));
  tell('Both regions are stopped.');
  const stopped = await Promise.all(stories.map(({ region }) => region.stop()));
  await look('after the stop', true);
  watching.stop();
  tell('Everything is searched.');
  return sumUp({ sites, stories, looks, steps, directories, stopped, watching, began });
}

async function trespassAndPlant(
  sites: readonly Site[],
  stories: readonly Story[],
  around: Surroundings,
): Promise<void> {
  for (const [index, site] of sites.entries()) {
    const [here, there, other] = [stories[index], stories[1 - index], sites[1 - index]];
    if (!here || !there || !other) continue;
    await plantControls(here, there, site.stores);
    await startTrespasser(territoryOf(site), territoryOf(other), around);
  }
}

/** @returns a site as its processes are judged by */
export const territoryOf = ({ plan, stores }: Site) => ({
  region: plan.id,
  folder: plan.folder,
  port: plan.port,
  stores,
});

export interface Route {
  readonly domain: string;
  readonly region: string;
}

async function directoryOf({ region }: Story): Promise<Route[]> {
  try {
    return (JSON.parse(await region.command(['route', 'list', '--json'])) as { routes: Route[] }).routes;
  } catch {
    return [];
  }
}

// A database file of the caller's own lies elsewhere: its folder is watched too.
const foldersOf = (root: string, { databaseUrls }: ProveOptions): string[] => [
  path.join(root, 'regions'),
  ...(databaseUrls ?? []).filter((url) => url.startsWith('sqlite:')).map((url) => path.dirname(fileOf(url))),
];

const fileOf = (url: string): string => path.resolve(url.slice('sqlite:'.length));

async function openSites(
  options: ProveOptions,
  root: string,
  watching: Watching,
  closers: (() => unknown)[],
): Promise<Site[]> {
  const sites: Site[] = [];
  for (const [index, rulesFile] of options.rulesFiles.entries()) {
    const { rules, faults } = readRules(rulesFile);
    if (rules === null) throw new CommandFault(faults.map((fault) => `${rulesFile}: ${fault}`).join('\n'));
    const folder = path.join(root, 'regions', rules.region);
    const stores = await openStores(rules.region, folder, options, { index, watching });
    closers.push(() => stores.close());
    await stores.checkEmpty();
    const [port, canaries] = [await freePort(), createCanaries()];
    sites.push({ rulesFile, stores, plan: { id: rules.region, rules, folder, port, environment: {}, canaries } });
  }
  const [one, other] = sites;
  if (sites.length !== 2 || one?.plan.id === other?.plan.id)
    throw new CommandFault('The proof wants the rules of two different regions');
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

async function startStories(
  sites: readonly Site[],
  around: Surroundings,
  closers: (() => unknown)[],
  { settings }: ProveOptions,
): Promise<[Story, Story]> {
  const addresses = sites.map(({ plan }) => `${plan.id}=http://127.0.0.1:${plan.port}`).join(',');
  const start = async ({ plan, rulesFile, stores }: Site): Promise<Story> => {
    const environment = {
      ...{ REGION: plan.id, REGION_RULES: path.resolve(rulesFile), REGION_URLS: addresses },
      ...{ HOST: '127.0.0.1', PORT: String(plan.port), BASE_URL: `http://127.0.0.1:${plan.port}` },
      // As talkative as it can be: what is not said then is never said.
      ...{ DATA_DIR: plan.folder, LOG_LEVEL: 'trace' },
      ...stores.environment,
      ...settings?.(plan.id, sites),
    };
    const region = await startRegion({ ...plan, environment }, around);
    closers.push(() => region.stop());
    return createStory(region, () => stores.mails().length + mailsIn(plan.folder));
  };
  return Promise.all(sites.map(start)) as Promise<[Story, Story]>;
}

function mailsIn(folder: string): number {
  try {
    return readdirSync(path.join(folder, 'outbox')).length;
  } catch {
    return 0;
  }
}

/** @returns the SHA-256 of a rules file, so that an auditor can tell which one it was */
export const fileDigest = (file: string): string => hash('sha256', readFileSync(file), 'hex');
