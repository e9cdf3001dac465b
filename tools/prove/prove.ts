import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCanaries } from './canaries.ts';
import { outboxOf } from './collect-places.ts';
import { plantControls, startTrespasser } from './controls.ts';
import { flow as wholeFlow } from './flow/flow.ts';
import { createSnapshots } from './snapshots.ts';
import { startRegion, type Observation } from './regions.ts';
import type { Report } from './report.ts';
import { foldersOf, openSites, territoryOf, type ProveOptions, type Site } from './sites.ts';
import { createMovingTenantScenarios, createScenario, type Scenario } from './scenario.ts';
import { summarize, type Route } from './summarize.ts';
import { runForMovingTenant, runInBothRegions, type StepResult } from './run-steps.ts';
import { startWatching, type Watching } from './process-watcher.ts';
import type { MovePhase, Stage } from './stage.ts';

type Closers = (() => unknown)[];

/** Starts two regions, uses every function of the portal in both, and searches each region for traces of the other. */
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
  const { onProgress = () => undefined, flow = wholeFlow } = options;
  const began = Date.now();
  const observation: Observation = { watching, records: path.join(root, 'records'), folders: foldersOf(root, options) };
  mkdirSync(observation.records);
  const sites = await openSites(options, root, watching, closers);
  const scenarios = await startScenarios(sites, observation, closers, options);
  const tenant = createCanaries();
  const moving = createMovingTenantScenarios(...scenarios, tenant);
  const snapshots = createSnapshots(sites, scenarios);
  onProgress(`Two regions are running: ${sites.map(({ plan }) => plan.id).join(' and ')}.`);
  const { steps, movePhase } = await runStages(flow, { scenarios, moving }, onProgress, async (stage, now) => {
    watching.sample();
    if (stage === flow.at(-1)) await trespassAndPlant(sites, scenarios, observation);
    await snapshots.take(stage.moment, now);
  });
  await snapshots.takeBackups(movePhase);
  const directories = await Promise.all(scenarios.map(directoryOf));
  const stopped = await Promise.all(scenarios.map(({ region }) => region.stop()));
  onProgress('Both regions have stopped.');
  await snapshots.take('after shutdown', movePhase);
  watching.stop();
  const movingTenant = { canaries: tenant, domain: moving[0].tenant.domain, hasMoved: movePhase === 'moved' };
  return summarize({
    sites,
    scenarios,
    snapshots: snapshots.all,
    steps,
    directories,
    stopped,
    watching,
    began,
    movingTenant,
  });
}

/** Runs every stage. @returns the results of the steps, and the final phase of the move */
async function runStages(
  flow: readonly Stage[],
  { scenarios, moving }: Record<'scenarios' | 'moving', [Scenario, Scenario]>,
  onProgress: (words: string) => void,
  afterEach: (stage: Stage, movePhase: MovePhase) => Promise<void>,
): Promise<{ steps: StepResult[]; movePhase: MovePhase }> {
  const steps: StepResult[] = [];
  let movePhase: MovePhase = 'before';
  for (const stage of flow) {
    movePhase = stage.movePhase ?? movePhase;
    const taken =
      stage.by === 'movingTenant'
        ? runForMovingTenant(stage.steps, moving, onProgress)
        : runInBothRegions(stage.steps, scenarios, onProgress);
    steps.push(...(await taken));
    await afterEach(stage, movePhase);
  }
  return { steps, movePhase };
}

async function trespassAndPlant(
  sites: readonly Site[],
  scenarios: readonly Scenario[],
  observation: Observation,
): Promise<void> {
  for (const [index, site] of sites.entries()) {
    const [here, there, other] = [scenarios[index], scenarios[1 - index], sites[1 - index]];
    if (!here || !there || !other) continue;
    await plantControls(here, there, site.stores);
    await startTrespasser(territoryOf(site), territoryOf(other), observation);
  }
}

async function directoryOf({ region }: Scenario): Promise<Route[]> {
  try {
    return (JSON.parse(await region.command(['route', 'list', '--json'])) as { routes: Route[] }).routes;
  } catch {
    return [];
  }
}

async function startScenarios(
  sites: readonly Site[],
  observation: Observation,
  closers: Closers,
  { settings }: ProveOptions,
): Promise<[Scenario, Scenario]> {
  const addresses = sites.map(({ plan }) => `${plan.id}=http://127.0.0.1:${plan.port}`).join(',');
  const start = async ({ plan, rulesFile, stores }: Site): Promise<Scenario> => {
    const environment = {
      REGION: plan.id,
      REGION_RULES: path.resolve(rulesFile),
      REGION_URLS: addresses,
      HOST: '127.0.0.1',
      PORT: String(plan.port),
      BASE_URL: `http://127.0.0.1:${plan.port}`,
      DATA_DIR: plan.folder,
      // The log level is the most verbose one, so that the search covers everything that a log can contain.
      LOG_LEVEL: 'trace',
      ...stores.environment,
      ...settings?.(plan.id, sites),
    };
    const region = await startRegion({ ...plan, environment }, observation);
    closers.push(() => region.stop());
    return createScenario(region, () => [...stores.mails(), ...outboxOf(plan.folder)]);
  };
  return Promise.all(sites.map(start)) as Promise<[Scenario, Scenario]>;
}
