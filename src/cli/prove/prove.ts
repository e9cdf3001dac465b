import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { folderPlaces, textPlaces } from './collect.ts';
import { plantControls, startTrespasser } from './controls.ts';
import { flow as wholeFlow } from './flow/flow.ts';
import type { Look, Place } from './places.ts';
import { startRegion, type Surroundings } from './regions.ts';
import type { Report } from './report.ts';
import { foldersOf, openSites, territoryOf, type ProveOptions, type Site } from './sites.ts';
import { createStory, type Story } from './story.ts';
import { sumUp, type Route } from './sum-up.ts';
import { walk, type StepResult } from './walk.ts';
import { startWatching, type Watching } from './watching.ts';

type Closers = (() => unknown)[];

/** Starts two regions, does in them everything that people do, and looks for each in everything of the other. */
export async function prove(options: ProveOptions): Promise<Report> {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'parvis-proof-')));
  const watching = startWatching(foldersOf(root, options));
  const closers: Closers = [() => rmSync(root, { recursive: true, force: true }), () => watching.stop()];
  try {
    return await run(options, root, watching, closers);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function run(options: ProveOptions, root: string, watching: Watching, closers: Closers): Promise<Report> {
  const { tell = () => undefined, flow = wholeFlow } = options;
  const began = Date.now();
  const around: Surroundings = { watching, records: path.join(root, 'records'), folders: foldersOf(root, options) };
  mkdirSync(around.records);
  const sites = await openSites(options, root, watching, closers);
  const stories = await startStories(sites, around, closers, options);
  tell(`Two regions run: ${sites.map(({ plan }) => plan.id).join(' and ')}.`);
  const looks: Look[] = [];
  const steps: StepResult[] = [];
  for (const chapter of flow) {
    steps.push(...(await walk(chapter.steps, stories, (title) => (watching.sample(), tell(title)))));
    if (chapter === flow.at(-1)) await trespassAndPlant(sites, stories, around);
    looks.push(...(await look(sites, chapter.moment, ({ plan }) => folderPlaces(plan.folder))));
  }
  for (const { plan, stores } of sites)
    looks.push({ region: plan.id, moment: 'as backed up', places: await stores.backup() });
  const directories = await Promise.all(stories.map(directoryOf));
  const stopped = await Promise.all(stories.map(({ region }) => region.stop()));
  tell('Both regions are stopped.');
  looks.push(...(await look(sites, 'after the stop', (site) => textsOf(site, stories))));
  watching.stop();
  return sumUp({ sites, stories, looks, steps, directories, stopped, watching, began });
}

function textsOf({ plan, stores }: Site, stories: readonly Story[]): Place[] {
  const story = stories.find(({ region }) => region.id === plan.id);
  return story ? textPlaces(story, stores) : [];
}

/** Reads the stores of both regions, and what else there is. */
async function look(sites: readonly Site[], moment: string, others: (site: Site) => Place[]): Promise<Look[]> {
  const looks: Look[] = [];
  for (const site of sites)
    looks.push({ region: site.plan.id, moment, places: [...(await site.stores.read()), ...others(site)] });
  return looks;
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

async function directoryOf({ region }: Story): Promise<Route[]> {
  try {
    return (JSON.parse(await region.command(['route', 'list', '--json'])) as { routes: Route[] }).routes;
  } catch {
    return [];
  }
}

async function startStories(
  sites: readonly Site[],
  around: Surroundings,
  closers: Closers,
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
