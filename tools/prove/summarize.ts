import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Canaries, Canary } from './canaries.ts';
import { assessProcess } from './process-assessment.ts';
import { placeControlResults, trespasser, trespassResults, type ControlResult } from './controls.ts';
import { searchPlaces, type Snapshot, type PlaceKind } from './places.ts';
import { systemShowsProcesses } from './proc.ts';
import { fileDigest, territoryOf, type Site } from './sites.ts';
import {
  limitsOf,
  reasonsOf,
  type DirectoryCheck,
  type SearchedPlaces,
  type Planted,
  type Report,
  type Visit,
} from './report.ts';
import { movingTenant, type Scenario } from './scenario.ts';
import type { StepResult } from './run-steps.ts';
import type { Watching } from './process-watcher.ts';
import { packageRoot } from '../../src/platform/package-root.ts';
import { visitsIn } from './store-visits.ts';

/** An entry of a directory. */
export interface Route {
  readonly domain: string;
  readonly region: string;
}

export interface Evidence {
  readonly sites: readonly Site[];
  readonly scenarios: readonly Scenario[];
  readonly snapshots: readonly Snapshot[];
  readonly steps: readonly StepResult[];
  /** The content of each region's directory, in the order of the sites. */
  readonly directories: readonly (readonly Route[])[];
  readonly stopped: readonly boolean[];
  readonly watching: Watching;
  /** When the proof began, in epoch milliseconds. */
  readonly began: number;
  /** The tenant that moves from the first region to the second. */
  readonly movingTenant: { readonly canaries: Canaries; readonly domain: string; readonly hasMoved: boolean };
}

/** Searches all snapshots, assesses every process, and decides whether the isolation held. */
export function summarize(evidence: Evidence): Report {
  const { sites, snapshots, steps, watching, began } = evidence;
  const { planted, findings, searched } = searchSnapshots(evidence);
  const territories = sites.map(territoryOf);
  const assessments = watching.processes.map((each) => assessProcess(each, territories));
  const visits = visitsIn(sites);
  const evidenceOnly: Omit<Report, 'held' | 'reasons'> = {
    format: 1,
    at: new Date(began).toISOString(),
    seconds: Math.round((Date.now() - began) / 100) / 10,
    version: versionOf(),
    system: describeSystem(),
    regions: regionsOf(evidence),
    steps,
    findings,
    planted,
    looked: searchedPlaces(snapshots),
    directory: directoryChecks(evidence),
    processes: assessments.filter(({ process }) => process !== trespasser),
    visits: visits.filter((visit) => !isTrespass(visit)),
    longestGapMs: watching.longestGapMs(),
    controls: [...searched, ...trespassControls(assessments, visits)],
    limits: limitsOf({ showsProcesses: systemShowsProcesses, recorded: visits.length > 0 }),
  };
  const reasons = [...sharedStores(sites), ...reasonsOf(evidenceOnly)];
  return { ...evidenceOnly, held: reasons.length === 0, reasons };
}

/** Searches every place for the canaries of every region and of the moving tenant. */
function searchSnapshots({ sites, snapshots, movingTenant: tenant }: Evidence) {
  const groups = [
    ...sites.map(({ plan }) => [plan.id, plan.canaries] as const),
    [movingTenant, tenant.canaries] as const,
  ];
  const { findings, controls } = searchPlaces(snapshots, new Map(groups));
  const places = new Map(
    sites.map(({ plan }) => [
      plan.id,
      snapshots.filter(({ region }) => region === plan.id).flatMap((look) => look.places),
    ]),
  );
  return {
    planted: groups.flatMap(([name, canaries]) => plantedIn(name, canaries.list())),
    findings,
    searched: placeControlResults(places, controls),
  };
}

const isTrespass = ({ by }: Visit): boolean => by.startsWith(`${trespasser} of`);

/** Checks whether each deliberate connection to the other region's stores was noticed. */
function trespassControls(
  assessments: readonly ReturnType<typeof assessProcess>[],
  visits: readonly Visit[],
): ControlResult[] {
  const trespassers = assessments.filter(({ process }) => process === trespasser);
  return trespassers.flatMap((each) => {
    const others = visits.filter(({ region }) => region !== each.region);
    const recorded = !systemShowsProcesses || others.length === 0 ? null : others.some(isTrespass);
    return trespassResults(each, { systemShows: systemShowsProcesses, recorded });
  });
}

const describeSystem = (): Report['system'] => ({
  node: process.versions.node,
  platform: `${os.type()} ${os.release()} ${os.arch()}`,
  showsProcesses: systemShowsProcesses,
});

const regionsOf = ({ sites, stopped }: Evidence): Report['regions'] =>
  sites.map(({ plan: { id, rules }, rulesFile, stores }, index) => ({
    region: id,
    edition: rules.edition,
    revision: rules.revision,
    rulesSha256: fileDigest(rulesFile),
    stores: stores.described,
    stoppedWell: stopped[index] === true,
  }));

const packageFile = path.join(packageRoot, 'package.json');
const versionOf = (): string => (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;

function sharedStores([one, other]: readonly Site[]): string[] {
  const shared = one !== undefined && one.stores.identity === other?.stores.identity;
  return shared ? ['Both regions were given the same database.'] : [];
}

function plantedIn(region: string, canaries: readonly Canary[]): Planted[] {
  const groups = new Map<string, Planted>();
  for (const { field, kind } of canaries) {
    if (kind === 'control') continue;
    groups.set(`${field}|${kind}`, { region, field, kind, count: (groups.get(`${field}|${kind}`)?.count ?? 0) + 1 });
  }
  return [...groups.values()];
}

function searchedPlaces(snapshots: readonly Snapshot[]): SearchedPlaces[] {
  const groups = new Map<string, SearchedPlaces>();
  for (const { region, moment, places } of snapshots) {
    for (const kind of new Set(places.map((place) => place.kind))) {
      const found = places.filter((place) => place.kind === kind);
      add(groups, { region, kind, moment }, found);
    }
  }
  return [...groups.values()];
}

function add(
  groups: Map<string, SearchedPlaces>,
  { region, kind, moment }: { region: string; kind: PlaceKind; moment: string },
  places: Snapshot['places'],
): void {
  const known = groups.get(`${region}|${kind}`);
  const sum = (numbers: number[]): number => numbers.reduce((all, each) => all + each, 0);
  const items = kind === 'database table' ? rowsIn(places) : sum(places.map((place) => place.items));
  groups.set(`${region}|${kind}`, {
    region,
    kind,
    moments: [...(known?.moments ?? []), moment],
    places: Math.max(known?.places ?? 0, places.length),
    items: cumulativeKinds.has(kind) ? items + (known?.items ?? 0) : Math.max(items, known?.items ?? 0),
    bytes: (known?.bytes ?? 0) + sum(places.map(({ content }) => content.length)),
  });
}

// For places of these kinds, each snapshot contains only what is new, so the counts are added up.
const cumulativeKinds: ReadonlySet<PlaceKind> = new Set([
  'log',
  'answers',
  'exports',
  'commands',
  'sent to the stores',
]);

// Each place is one column of a table, so the rows of the table are counted only once.
function rowsIn(places: Snapshot['places']): number {
  const tables = new Map(places.map(({ name, items }) => [name.split(',')[0], items]));
  return [...tables.values()].reduce((all, rows) => all + rows, 0);
}

function directoryChecks({ scenarios, directories, movingTenant: tenant }: Evidence): DirectoryCheck[] {
  return scenarios.map((scenario, index) => {
    const other = scenarios[1 - index];
    const of = other?.region.id ?? '';
    const theirs = (directories[index] ?? []).filter(({ region }) => region === of).map(({ domain }) => domain);
    // The first region's directory redirects the users of the tenant that has moved.
    const redirected = index === 0 && tenant.hasMoved ? [tenant.domain] : [];
    const expected = [other?.tenant.domain ?? '', ...redirected];
    const exact = theirs.length === expected.length && expected.every((domain) => theirs.includes(domain));
    return { region: scenario.region.id, of, domains: theirs.length, exact };
  });
}
