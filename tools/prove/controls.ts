import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Finding, Place, PlaceKind } from './places.ts';
import { encodingsOf } from './needles.ts';
import { startWatched, type Observation } from './regions.ts';
import type { Scenario } from './scenario.ts';
import type { RegionStores } from './stores.ts';
import type { ProcessAssessment, Territory } from './process-assessment.ts';

/** The label of the process that deliberately breaks the isolation. */
export const trespasser = 'control';

/** The result of a deliberate breach of the isolation. Every breach must be noticed. */
export interface ControlResult {
  readonly region: string;
  readonly control: string;
  readonly noticed: boolean;
}

/**
 * Plants the other region's canaries in every kind of place. The search must find each of them, which shows that it
 * works.
 */
export async function plantControls(here: Scenario, there: Scenario, stores: RegionStores): Promise<void> {
  const { canaries } = there.region;
  const text = (): string => canaries.plant('control sample', 'control');
  // If writing to a store fails, its control counts as not found, and the proof continues.
  await stores.plant(text()).catch(() => undefined);
  stores.plantMail(text());
  here.answers.push(text());
  here.exports.push({ name: 'control sample', text: text() });
  here.planted.push(text());
  // There is one file per encoding, both in the data folder and in the outbox.
  for (const folder of ['', 'outbox']) {
    const target = path.join(here.region.folder, folder);
    mkdirSync(target, { recursive: true });
    for (const [index, { bytes }] of encodingsOf(text()).entries())
      writeFileSync(path.join(target, `control-${index}${folder === '' ? '' : '.eml'}`), bytes);
  }
}

/** @returns for each region and kind of place, whether the control was found there */
export function placeControlResults(
  places: ReadonlyMap<string, readonly Place[]>,
  controls: readonly Finding[],
): ControlResult[] {
  return [...places].flatMap(([region, all]) => {
    const kinds = [...new Set(all.map(({ kind }) => kind))];
    const found = (wanted: PlaceKind): boolean =>
      controls.some(({ foundIn, kind }) => foundIn === region && kind === wanted);
    return kinds.map((kind) => ({ region, control: `a canary planted in: ${kind}`, noticed: found(kind) }));
  });
}

const trespass = `
  const [port, ...files] = process.argv.slice(1);
  require('node:net').connect(Number(port), '127.0.0.1').on('error', () => {});
  for (const file of files) require('node:fs').openSync(file);
  process.stdout.write('ready');
  setTimeout(() => process.exit(), 5000);
`;
// A single sample should detect the connection, but several samples make the result reliable.
const sampleCount = 20;

/**
 * Starts a watched process of one region that connects to one of the other region's stores and opens one of its files.
 */
export async function startTrespasser(own: Territory, other: Territory, observation: Observation): Promise<void> {
  const [store = other.port] = other.stores.ports.keys();
  const args = ['--eval', trespass, '--', String(store), path.join(other.folder, 'directory-key')];
  const child = startWatched(observation, { region: own.region, label: trespasser, args, environment: {} });
  const ended = once(child, 'exit');
  await Promise.race([child.stdout ? once(child.stdout, 'data') : ended, ended]);
  for (let sample = 0; sample < sampleCount; sample++) {
    observation.watching.sample();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  child.kill('SIGKILL');
  await ended;
}

/** @returns whether each method of observation that this system supports noticed the breach */
export function trespassResults(
  { region, seen }: ProcessAssessment,
  means: { systemShows: boolean; recorded: boolean | null },
): ControlResult[] {
  const noticed = (what: string, by: string): boolean =>
    seen.some((each) => each.what === what && each.by === by && !each.allowed);
  const result = (control: string, is: boolean): ControlResult => ({ region, control, noticed: is });
  return [
    result('a connection to the other region, recorded by the process', noticed('connection', 'process')),
    result('an opened file of the other region, recorded by the process', noticed('file', 'process')),
    ...(means.systemShows
      ? [
          result('a connection to the other region, observed by the system', noticed('connection', 'system')),
          result('an opened file of the other region, observed by the system', noticed('file', 'system')),
        ]
      : []),
    ...(means.recorded === null
      ? []
      : [result('a connection to the other region’s store, seen by its recorder', means.recorded)]),
  ];
}
