import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Report } from '../../tools/prove/report.ts';
import { placeKinds, type PlaceKind } from '../../tools/prove/places.ts';
import { dataDirectory, run, type Environment } from '../cli/command.ts';

/** @returns a folder that is gone when the test file is done */
export function aFolder(): string {
  const folder = dataDirectory();
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** @returns a built-in rules file, changed and under the name of a region of its own */
export function rulesFile(region: string, base: string, changes: object): string {
  const file = path.join(aFolder(), `${region}.json`);
  const rules = JSON.parse(readFileSync(`rules/${base}.json`, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...rules, $schema: undefined, region, ...changes }));
  return file;
}

export type Proven = Awaited<ReturnType<typeof proven>>;

/** Runs the command with a report. @param program another one than `parvis` */
export async function proven(args: readonly string[], environment: Environment = {}, program?: string) {
  const file = path.join(aFolder(), 'report.html');
  const all = ['region', 'prove', '--json', '--report', file, ...args];
  const { code, stdout, stderr } = await run(all, environment, '', program);
  assert.equal(stderr, '');
  return { code, stdout, report: JSON.parse(stdout) as Report, page: readFileSync(file, 'utf8') };
}

/** @returns the steps that the rules refused somebody: a region, or the company that moves */
export const refusedIn = ({ steps }: Report, name: string): string[] =>
  steps.filter(({ region, status }) => region === name && status === 'refusedByRules').map(({ title }) => title);

/** Nothing was found, no step went wrong, and every control was noticed. */
export function assertHeld({ code, report }: Proven): void {
  assert.deepEqual(report.reasons, []);
  assert.deepEqual([code, report.held, report.findings.length], [0, true, 0]);
  assert.ok(report.controls.length > 20 && report.controls.every(({ noticed }) => noticed));
  assert.deepEqual(
    report.directory.map(({ domains, exact }) => ({ domains, exact })),
    // The first region leads whoever moved to the second.
    [2, 1].map((domains) => ({ domains, exact: true })),
  );
  for (const { region } of report.regions) {
    assert.ok(
      report.processes.some((each) => each.region === region && each.process === 'server' && each.watchedItself),
    );
    for (const { items, bytes } of report.looked.filter((each) => each.region === region))
      assert.ok(items > 0 && bytes > 0);
  }
}

/** Every kind of place was looked into in both regions. @param without those that such stores do not have */
export function assertLookedEverywhere({ regions, looked }: Report, without: readonly PlaceKind[]): void {
  const kinds = placeKinds.filter((kind) => !without.includes(kind)).sort();
  for (const { region } of regions) {
    const seen = looked.filter((each) => each.region === region).map(({ kind }) => kind);
    assert.deepEqual(seen.sort(), kinds, region);
  }
}
