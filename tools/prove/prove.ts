import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCanaries } from './canaries.ts';
import { outboxOf } from './collect-places.ts';
import { plantControls, startTrespasser } from './controls.ts';
import { flow as wholeFlow } from './flow/flow.ts';
import { createLooks } from './snapshots.ts';
import { startRegion, type Surroundings } from './regions.ts';
import type { Report } from './report.ts';
import { foldersOf, openSites, territoryOf, type ProveOptions, type Site } from './sites.ts';
import { createMover, createStory, type Story } from './story.ts';
import { sumUp, type Route } from './summarize.ts';
import { walkAlone, walkBoth, type StepResult } from './run-steps.ts';
import { startWatching, type Watching } from './process-watcher.ts';
import type { Standing, Chapter } from './chapter.ts';

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
  const company = createCanaries();
  const moving = createMover(...stories, company);
  const look = createLooks(sites, stories);
  tell(`Two regions run: ${sites.map(({ plan }) => plan.id).join(' and ')}.`);
  const { steps, standing } = await goThrough(flow, { stories, moving }, tell, async (chapter, now) => {
    watching.sample();
    if (chapter === flow.at(-1)) await trespassAndPlant(sites, stories, around);
    await look.around(chapter.moment, now);
  });
  await look.intoBackups(standing);
  const directories = await Promise.all(stories.map(directoryOf));
  const stopped = await Promise.all(stories.map(({ region }) => region.stop()));
  tell('Both regions are stopped.');
  await look.around('after the stop', standing);
  watching.stop();
  const mover = { canaries: company, domain: moving[0].company.domain, hasMoved: standing === 'moved' };
  return sumUp({ sites, stories, looks: look.all, steps, directories, stopped, watching, began, mover });
}

/** Takes every step. @returns how they went, and where the company that moves is at home in the end */
async function goThrough(
  flow: readonly Chapter[],
  { stories, moving }: Record<'stories' | 'moving', [Story, Story]>,
  tell: (words: string) => void,
  afterEach: (chapter: Chapter, standing: Standing) => Promise<void>,
): Promise<{ steps: StepResult[]; standing: Standing }> {
  const steps: StepResult[] = [];
  let standing: Standing = 'before';
  for (const chapter of flow) {
    standing = chapter.standing ?? standing;
    const taken =
      chapter.by === 'mover' ? walkAlone(chapter.steps, moving, tell) : walkBoth(chapter.steps, stories, tell);
    steps.push(...(await taken));
    await afterEach(chapter, standing);
  }
  return { steps, standing };
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
      REGION: plan.id,
      REGION_RULES: path.resolve(rulesFile),
      REGION_URLS: addresses,
      HOST: '127.0.0.1',
      PORT: String(plan.port),
      BASE_URL: `http://127.0.0.1:${plan.port}`,
      DATA_DIR: plan.folder,
      // The most verbose level, so that everything a log can contain is searched.
      LOG_LEVEL: 'trace',
      ...stores.environment,
      ...settings?.(plan.id, sites),
    };
    const region = await startRegion({ ...plan, environment }, around);
    closers.push(() => region.stop());
    return createStory(region, () => [...stores.mails(), ...outboxOf(plan.folder)]);
  };
  return Promise.all(sites.map(start)) as Promise<[Story, Story]>;
}
