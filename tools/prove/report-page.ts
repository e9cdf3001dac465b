import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ejs from 'ejs';
import { packageRoot } from '../../src/platform/package-root.ts';
import type { JudgedProcess, Seen } from './process-assessment.ts';
import type { Planted, Report } from './report.ts';

const folder = path.join(packageRoot, 'tools/prove/page');
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

/** The report as one page: no script, nothing from elsewhere. Its data stand at the end, with their SHA-256. */
export function reportPage(report: Report): Promise<string> {
  const data = JSON.stringify(report, null, 1);
  const model = {
    report,
    data,
    digest: hash('sha256', data, 'hex'),
    css: read('report.css'),
    names: report.regions.map(({ region }) => region),
    // Whoever took steps: the regions, and the company that moves where it did.
    owners: [...new Set(report.steps.map(({ region }) => region))],
    totals: totalsOf(report),
    fieldsOf,
    contactsOf,
    statusWords,
    kindWords,
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

const statusWords = { done: 'done', refusedByRules: 'refused, as the rules say', failed: 'went wrong' } as const;

const kindWords: Readonly<Record<Planted['kind'], string>> = {
  person: 'Typed in by people, or standing for them',
  domain: 'Company domains, the one thing that regions share',
  secret: 'Passwords, temporary passwords, one-time links, seeds and recovery codes',
  token: 'Set-up links and session cookies',
  mailed: 'One-time links that were mailed: each in the one mail that brought it, and nowhere else',
  moved: 'The fact of the move, the one thing that stays behind',
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

/** @returns for each field of a kind, how many canaries each region has in it */
function fieldsOf({ planted }: Report, kind: Planted['kind']): { field: string; counts: number[] }[] {
  const fields = [...new Set(planted.filter((each) => each.kind === kind).map(({ field }) => field))];
  const countIn = (field: string, region: string): number =>
    planted.find((each) => each.kind === kind && each.field === field && each.region === region)?.count ?? 0;
  const owners = [...new Set(planted.map(({ region }) => region))];
  return fields.map((field) => ({ field, counts: owners.map((owner) => countIn(field, owner)) }));
}

const whatWords: Readonly<Record<Seen['what'], string>> = {
  connection: 'connections to',
  listening: 'listening at',
  name: 'names asked for:',
  file: 'files of',
  process: 'programs started:',
  datagram: 'datagrams by',
};

/** What processes of one name did, taken together. */
function contactsOf(
  processes: readonly JudgedProcess[],
): { region: string; process: string; runs: number; samples: number; seen: string[] }[] {
  const names = [...new Set(processes.map(({ region, process }) => `${region}|${process}`))];
  return names.map((name) => {
    const same = processes.filter(({ region, process }) => `${region}|${process}` === name);
    const [first] = same;
    const ways = new Map<string, Set<string>>();
    for (const { what, to, by } of same.flatMap(({ seen }) => seen)) {
      const words = `${whatWords[what]} ${to}`;
      ways.set(words, (ways.get(words) ?? new Set()).add(by === 'process' ? 'told' : 'seen'));
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
