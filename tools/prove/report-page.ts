import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';
import { packageRoot } from '../../src/platform/package-root.ts';
import type { ProcessAssessment, ContactGroup } from './process-assessment.ts';
import type { Planted, Report } from './report.ts';

const folder = path.join(packageRoot, 'tools/prove/page');
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

/**
 * Renders the report as a self-contained page without scripts. The report's data and its SHA-256 digest are at the end
 * of the page.
 */
export function reportPage(report: Report): Promise<string> {
  const data = JSON.stringify(report, null, 1);
  const model = {
    report,
    data,
    digest: hash('sha256', data, 'hex'),
    css: read('report.css'),
    names: report.regions.map(({ region }) => region),
    // The owners are the regions, and the moving tenant if any of its steps ran.
    owners: [...new Set(report.steps.map(({ region }) => region))],
    totals: totalsOf(report),
    fieldsOf,
    contactsOf,
    statusLabels,
    kindLabels,
    size,
    number,
  };
  return ejs.render(read('report.ejs'), model, {
    async: true,
    filename: path.join(folder, 'report.ejs'),
  });
}

const number = (value: number): string => value.toLocaleString('en');
const size = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${number(Math.ceil(bytes / 1024))} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

const statusLabels = { done: 'done', refusedByRules: 'refused, as the rules require', failed: 'failed' } as const;

const kindLabels: Readonly<Record<Planted['kind'], string>> = {
  person: 'Entered by people, or identifying them',
  domain: 'Tenant domains, the only data that regions share',
  secret: 'Passwords, temporary passwords, one-time links, seeds and recovery codes',
  token: 'Set-up links and session cookies',
  mailed: 'Mailed one-time links, each allowed only in the mail that delivers it',
  moved: 'The record of the move, the only data that stays behind',
};

function totalsOf({ planted, looked, steps, processes, controls }: Report) {
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
  return {
    canaries: sum(planted.map(({ count }) => count)),
    fields: new Set(planted.map(({ field }) => field)).size,
    bytes: sum(looked.map(({ bytes }) => bytes)),
    steps: steps.length,
    processes: processes.length,
    controls: controls.length,
    noticed: controls.filter(({ noticed }) => noticed).length,
  };
}

/** @returns for each field of a kind, the number of canaries of each owner */
function fieldsOf({ planted }: Report, kind: Planted['kind']): { field: string; counts: number[] }[] {
  const fields = [...new Set(planted.filter((each) => each.kind === kind).map(({ field }) => field))];
  const countIn = (field: string, region: string): number =>
    planted.find((each) => each.kind === kind && each.field === field && each.region === region)?.count ?? 0;
  const owners = [...new Set(planted.map(({ region }) => region))];
  return fields.map((field) => ({ field, counts: owners.map((owner) => countIn(field, owner)) }));
}

const contactLabels: Readonly<Record<ContactGroup['what'], string>> = {
  connection: 'connections to',
  listening: 'listening on',
  name: 'names looked up:',
  file: 'files of',
  process: 'programs started:',
  datagram: 'datagrams over',
};

/** Merges the contacts of processes that have the same name. */
function contactsOf(
  processes: readonly ProcessAssessment[],
): { region: string; process: string; runs: number; samples: number; seen: string[] }[] {
  const names = [...new Set(processes.map(({ region, process }) => `${region}|${process}`))];
  return names.map((name) => {
    const same = processes.filter(({ region, process }) => `${region}|${process}` === name);
    const [first] = same;
    const ways = new Map<string, Set<string>>();
    for (const { what, to, by } of same.flatMap(({ seen }) => seen)) {
      const words = `${contactLabels[what]} ${to}`;
      ways.set(words, (ways.get(words) ?? new Set()).add(by === 'process' ? 'recorded' : 'observed'));
    }
    return {
      region: first?.region ?? '',
      process: first?.process ?? '',
      runs: same.length,
      samples: same.reduce((all, each) => all + each.samples, 0),
      seen: [...ways].map(([words, by]) => `${words} (${[...by].sort().reverse().join(', ')})`).sort(),
    };
  });
}
