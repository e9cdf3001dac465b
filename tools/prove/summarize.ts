import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Canaries, Canary } from './canaries.ts';
import { judgeProcess } from './process-assessment.ts';
import { searchedEverywhere, trespasser, trespassNoticed, type ControlResult } from './controls.ts';
import { searchPlaces, type Look, type PlaceKind } from './places.ts';
import { systemShowsProcesses } from './proc.ts';
import { fileDigest, territoryOf, type Site } from './sites.ts';
import {
  limitsOf,
  reasonsOf,
  type DirectoryCheck,
  type Looked,
  type Planted,
  type Report,
  type Visit,
} from './report.ts';
import { mover, type Story } from './story.ts';
import type { StepResult } from './run-steps.ts';
import type { Watching } from './process-watcher.ts';
import { packageRoot } from '../../src/platform/package-root.ts';
import { visitsIn } from './store-visits.ts';

/** A line of a directory. */
export interface Route {
  readonly domain: string;
  readonly region: string;
}

export interface Evidence {
  readonly sites: readonly Site[];
  readonly stories: readonly Story[];
  readonly looks: readonly Look[];
  readonly steps: readonly StepResult[];
  /** What each region's directory says, in the order of the sites. */
  readonly directories: readonly (readonly Route[])[];
  readonly stopped: readonly boolean[];
  readonly watching: Watching;
  /** Epoch ms. */
  readonly began: number;
  /** The company that moves from the first region to the second. */
  readonly mover: { readonly canaries: Canaries; readonly domain: string; readonly hasMoved: boolean };
}

/** Searches everything that was collected, judges every process, and says whether the isolation held. */
export function sumUp(evidence: Evidence): Report {
  const { sites, looks, steps, watching, began } = evidence;
  const { planted, findings, searched } = searchFor(evidence);
  const territories = sites.map(territoryOf);
  const judged = watching.processes.map((each) => judgeProcess(each, territories));
  const visits = visitsIn(sites);
  const evidenceOnly: Omit<Report, 'held' | 'reasons'> = {
    format: 1,
    at: new Date(began).toISOString(),
    seconds: Math.round((Date.now() - began) / 100) / 10,
    version: versionOf(),
    system: systemUsed(),
    regions: regionsOf(evidence),
    steps,
    findings,
    planted,
    looked: lookedThrough(looks),
    directory: directoryChecks(evidence),
    processes: judged.filter(({ process }) => process !== trespasser),
    visits: visits.filter((visit) => !isTrespass(visit)),
    longestGapMs: watching.longestGapMs(),
    controls: [...searched, ...trespassControls(judged, visits)],
    limits: limitsOf({ showsProcesses: systemShowsProcesses, recorded: visits.length > 0 }),
  };
  const reasons = [...sharedStores(sites), ...reasonsOf(evidenceOnly)];
  return { ...evidenceOnly, held: reasons.length === 0, reasons };
}

/** Searches every place for the canaries of every region and of the company that moves. */
function searchFor({ sites, looks, mover: company }: Evidence) {
  const groups = [...sites.map(({ plan }) => [plan.id, plan.canaries] as const), [mover, company.canaries] as const];
  const { findings, controls } = searchPlaces(looks, new Map(groups));
  const places = new Map(
    sites.map(({ plan }) => [plan.id, looks.filter(({ region }) => region === plan.id).flatMap((look) => look.places)]),
  );
  return {
    planted: groups.flatMap(([name, canaries]) => plantedIn(name, canaries.list())),
    findings,
    searched: searchedEverywhere(places, controls),
  };
}

const isTrespass = ({ by }: Visit): boolean => by.startsWith(`${trespasser} of`);

/** Whether each deliberate visit to the other region's stores was noticed. */
function trespassControls(
  judged: readonly ReturnType<typeof judgeProcess>[],
  visits: readonly Visit[],
): ControlResult[] {
  const trespassers = judged.filter(({ process }) => process === trespasser);
  return trespassers.flatMap((each) => {
    const others = visits.filter(({ region }) => region !== each.region);
    const recorded = others.length === 0 ? null : others.some(isTrespass);
    return trespassNoticed(each, {
      systemShows: systemShowsProcesses,
      recorded: systemShowsProcesses ? recorded : null,
    });
  });
}

const systemUsed = (): Report['system'] => ({
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

function lookedThrough(looks: readonly Look[]): Looked[] {
  const groups = new Map<string, Looked>();
  for (const { region, moment, places } of looks) {
    const kinds = [...new Set(places.map(({ kind }) => kind))];
    for (const kind of kinds)
      add(
        groups,
        { region, kind, moment },
        places.filter((place) => place.kind === kind),
      );
  }
  return [...groups.values()];
}

function add(
  groups: Map<string, Looked>,
  { region, kind, moment }: { region: string; kind: PlaceKind; moment: string },
  places: Look['places'],
): void {
  const known = groups.get(`${region}|${kind}`);
  const sum = (numbers: number[]): number => numbers.reduce((all, each) => all + each, 0);
  const items = kind === 'database table' ? rowsIn(places) : sum(places.map((place) => place.items));
  groups.set(`${region}|${kind}`, {
    region,
    kind,
    moments: [...(known?.moments ?? []), moment],
    places: Math.max(known?.places ?? 0, places.length),
    items: grows.has(kind) ? items + (known?.items ?? 0) : Math.max(items, known?.items ?? 0),
    bytes: (known?.bytes ?? 0) + sum(places.map(({ content }) => content.length)),
  });
}

// Of these each moment holds what came since the one before.
const grows: ReadonlySet<PlaceKind> = new Set(['log', 'answers', 'exports', 'commands', 'sent to the stores']);

// A place is a column: the rows of its table count once.
function rowsIn(places: Look['places']): number {
  const tables = new Map(places.map(({ name, items }) => [name.split(',')[0], items]));
  return [...tables.values()].reduce((all, rows) => all + rows, 0);
}

function directoryChecks({ stories, directories, mover: company }: Evidence): DirectoryCheck[] {
  return stories.map((story, index) => {
    const other = stories[1 - index];
    const of = other?.region.id ?? '';
    const theirs = (directories[index] ?? []).filter(({ region }) => region === of).map(({ domain }) => domain);
    // Who moved from the first region to the second is led there.
    const led = index === 0 && company.hasMoved ? [company.domain] : [];
    const expected = [other?.company.domain ?? '', ...led];
    const exact = theirs.length === expected.length && expected.every((domain) => theirs.includes(domain));
    return { region: story.region.id, of, domains: theirs.length, exact };
  });
}
