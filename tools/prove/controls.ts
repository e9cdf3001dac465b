import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Finding, Place, PlaceKind } from './places.ts';
import { encodingsOf } from './needles.ts';
import { startWatched, type Surroundings } from './regions.ts';
import type { Story } from './story.ts';
import type { RegionStores } from './stores.ts';
import type { JudgedProcess, Territory } from './process-assessment.ts';

/** The label of a process that trespasses on purpose. */
export const trespasser = 'control';

/** What the proof did against itself: each must have been noticed. */
export interface ControlResult {
  readonly region: string;
  readonly control: string;
  readonly noticed: boolean;
}

/** Puts a text of the other region into everything of this one: a search that does not find it is blind there. */
export async function plantControls(here: Story, there: Story, stores: RegionStores): Promise<void> {
  const { canaries } = there.region;
  const text = (): string => canaries.plant('control sample', 'control');
  // Where a store cannot be written to, its control will not be noticed: that is said, and does not end the proof.
  await stores.plant(text()).catch(() => undefined);
  stores.plantMail(text());
  here.answers.push(text());
  here.exports.push({ name: 'control sample', text: text() });
  here.planted.push(text());
  // In every encoding at once, in the folder and among its mails.
  for (const folder of ['', 'outbox']) {
    const target = path.join(here.region.folder, folder);
    mkdirSync(target, { recursive: true });
    for (const [index, { bytes }] of encodingsOf(text()).entries())
      writeFileSync(path.join(target, `control-${index}${folder === '' ? '' : '.eml'}`), bytes);
  }
}

/** @returns for each kind of place of each region, whether the control sample in it was found */
export function searchedEverywhere(
  places: ReadonlyMap<string, readonly Place[]>,
  controls: readonly Finding[],
): ControlResult[] {
  return [...places].flatMap(([region, all]) => {
    const kinds = [...new Set(all.map(({ kind }) => kind))];
    const found = (wanted: PlaceKind): boolean =>
      controls.some(({ foundIn, kind }) => foundIn === region && kind === wanted);
    return kinds.map((kind) => ({ region, control: `a canary put into: ${kind}`, noticed: found(kind) }));
  });
}

const trespass = `
  const [port, ...files] = process.argv.slice(1);
  require('node:net').connect(Number(port), '127.0.0.1').on('error', () => {});
  for (const file of files) require('node:fs').openSync(file);
  process.stdout.write('there');
  setTimeout(() => process.exit(), 5000);
`;
// The system is looked at again and again: once would do.
const looks = 20;

/** A process of one region, watched as the others are, that connects to the other region and opens one of its files. */
export async function startTrespasser(own: Territory, other: Territory, around: Surroundings): Promise<void> {
  const [store = other.port] = other.stores.ports.keys();
  const args = ['--eval', trespass, '--', String(store), path.join(other.folder, 'directory-key')];
  const child = startWatched(around, { region: own.region, label: trespasser, args, environment: {} });
  const ended = once(child, 'exit');
  await Promise.race([child.stdout ? once(child.stdout, 'data') : ended, ended]);
  for (let look = 0; look < looks; look++) {
    around.watching.sample();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  child.kill('SIGKILL');
  await ended;
}

/** @returns whether the trespass was noticed in every way in which it can be on this system */
export function trespassNoticed(
  { region, seen }: JudgedProcess,
  ways: { systemShows: boolean; recorded: boolean | null },
): ControlResult[] {
  const noticed = (what: string, by: string): boolean =>
    seen.some((each) => each.what === what && each.by === by && !each.allowed);
  const result = (control: string, is: boolean): ControlResult => ({ region, control, noticed: is });
  return [
    result('a connection to the other region, told by the process', noticed('connection', 'process')),
    result('a file of the other region opened, told by the process', noticed('file', 'process')),
    ...(ways.systemShows
      ? [
          result('a connection to the other region, shown by the system', noticed('connection', 'system')),
          result('a file of the other region opened, shown by the system', noticed('file', 'system')),
        ]
      : []),
    ...(ways.recorded === null
      ? []
      : [result('a connection to the other region’s store, at its recorder', ways.recorded)]),
  ];
}
