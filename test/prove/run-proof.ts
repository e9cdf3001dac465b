import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Report } from '../../tools/prove/report.ts';
import { placeKinds, type PlaceKind } from '../../tools/prove/places.ts';
import { dataDirectory, run, type Environment } from '../cli/command.ts';

/** @returns a folder that is deleted after the test file */
export function createFolder(): string {
  const folder = dataDirectory();
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Writes a changed copy of a built-in rules file, for a new region. @returns its path */
export function rulesFile(region: string, base: string, changes: object): string {
  const file = path.join(createFolder(), `${region}.json`);
  const rules = JSON.parse(readFileSync(`rules/${base}.json`, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...rules, $schema: undefined, region, ...changes }));
  return file;
}

export type ProofRun = Awaited<ReturnType<typeof runProof>>;

/** Runs `parvis region prove` with a report. @param program an alternative to `parvis` */
export async function runProof(args: readonly string[], environment: Environment = {}, program?: string) {
  const file = path.join(createFolder(), 'report.html');
  const all = ['region', 'prove', '--json', '--report', file, ...args];
  const { code, stdout, stderr } = await run(all, environment, '', program);
  assert.equal(stderr, '');
  return { code, stdout, report: JSON.parse(stdout) as Report, page: readFileSync(file, 'utf8') };
}

/** @param name a region, or the moving tenant @returns the titles of the steps that its rules refused */
export const stepsRefusedIn = ({ steps }: Report, name: string): string[] =>
  steps.filter(({ region, status }) => region === name && status === 'refusedByRules').map(({ title }) => title);

/** Asserts that nothing was found, no step failed, and every control was noticed. */
export function assertHeld({ code, report }: ProofRun): void {
  assert.deepEqual(report.reasons, []);
  assert.deepEqual([code, report.held, report.findings.length], [0, true, 0]);
  assert.ok(report.controls.length > 20 && report.controls.every(({ noticed }) => noticed));
  assert.deepEqual(
    report.directory.map(({ domains, exact }) => ({ domains, exact })),
    // The directory of the first region also redirects users of the moved tenant to the second.
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

/** Asserts that every kind of place was searched in both regions. @param without kinds that these stores do not have */
export function assertSearchedEverywhere({ regions, looked }: Report, without: readonly PlaceKind[]): void {
  const kinds = placeKinds.filter((kind) => !without.includes(kind)).sort();
  for (const { region } of regions) {
    const seen = looked.filter((each) => each.region === region).map(({ kind }) => kind);
    assert.deepEqual(seen.sort(), kinds, region);
  }
}
