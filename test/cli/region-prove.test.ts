import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { prove } from '../../src/cli/prove/prove.ts';
import type { Report } from '../../src/cli/prove/report.ts';
import { entranceSteps } from '../../src/cli/prove/flow/entrance.ts';
import { foundingStep } from '../../src/cli/prove/flow/moving.ts';
import { postgres, redis, skipWithout } from '../support/services.ts';
import { dataDirectory, run, type Environment } from './command.ts';

const databases = [await postgres(), await postgres(), await postgres(), await postgres()].map(
  (each) => each?.url ?? null,
);
const redises = await twoRedises();

/** Two that are empty: of one server that was given, its last databases. */
async function twoRedises(): Promise<string | null> {
  const both = [await redis(), await redis()];
  const urls = both.map((each, index) => (each?.pid === null ? `${each.url}/${14 + index}` : each?.url));
  return urls.includes(undefined) ? null : urls.join(',');
}

/** The way in alone, which is enough to see what is wrong. */
const onRules = {
  rulesFiles: ['rules/worldwide.json', 'rules/germany.json'],
  flow: [{ steps: entranceSteps, moment: 'after the way in' }],
};

function aFolder(): string {
  const folder = dataDirectory();
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Runs the command with a report. */
async function proven(args: readonly string[], environment: Environment = {}) {
  const file = path.join(aFolder(), 'report.html');
  const { code, stdout, stderr } = await run(['region', 'prove', '--json', '--report', file, ...args], environment);
  assert.equal(stderr, '');
  return { code, stdout, report: JSON.parse(stdout) as Report, page: readFileSync(file, 'utf8') };
}

const kindsIn = ({ looked }: Report, region: string): string[] =>
  looked.filter((each) => each.region === region).map(({ kind }) => kind);

type Proven = Awaited<ReturnType<typeof proven>>;

function assertHeld({ code, report }: Proven): void {
  assert.deepEqual(report.reasons, []);
  assert.deepEqual([code, report.held, report.findings.length], [0, true, 0]);
  // Nobody recovers alone under these rules.
  const refused = report.steps.filter(({ status }) => status !== 'done').map(({ title, status }) => [title, status]);
  const alone = ['Recover access alone, by a link that is mailed', 'refusedByRules'];
  assert.deepEqual(refused, [alone, alone, alone]);
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

// One proof at a time: each is five processes.
describe('the proof on SQLite', () => {
  let outcome: Proven;
  before(async () => (outcome = await proven([])));

  test('holds, every step done and every control noticed', () => assertHeld(outcome));

  test('looked into everything that a region has', () => {
    const { report } = outcome;
    for (const { region } of report.regions) {
      for (const kind of [
        'database table',
        'database file',
        'data folder',
        'log',
        'answers',
        'exports',
        'commands',
        'mails',
        'backup',
      ])
        assert.ok(kindsIn(report, region).includes(kind), kind);
    }
  });

  test('gives a page that needs nothing else, and tells no canary', () => {
    const { page, stdout } = outcome;
    assert.match(page, /<h1>The isolation held<\/h1>/);
    assert.doesNotMatch(page, /<script|<link|<img|https?:\/\/|\bsrc=|@import|url\(/);
    // Planted texts have twenty symbols without a vowel; temporary passwords five groups of four.
    for (const text of [page, stdout]) {
      assert.doesNotMatch(text.replace(/[0-9a-f]{64}/g, ''), /\b(?=[a-z]*\d)[bcdfghjkmnpqrstvwxz2-9]{20}\b/);
      assert.doesNotMatch(text, /\b[A-Z2-9]{4}(-[A-Z2-9]{4}){4}\b/);
      assert.ok(!text.includes(path.resolve('.')));
    }
  });
});

describe(
  'the proof on PostgreSQL and Redis',
  { skip: skipWithout('postgres', databases[0]) || skipWithout('redis', redises) },
  () => {
    const environment = { PROVE_DATABASE_URLS: databases.slice(0, 2).join(','), PROVE_REDIS_URLS: redises ?? '' };
    let outcome: Proven;
    before(async () => (outcome = await proven(['--database', 'postgres'], environment)));

    test('holds, every step done and every control noticed', () => assertHeld(outcome));

    test('looked into the stores and at the lines to them', () => {
      for (const { region } of outcome.report.regions) {
        for (const kind of ['database table', 'session store', 'sent to the stores', 'mails', 'backup'])
          assert.ok(kindsIn(outcome.report, region).includes(kind), kind);
      }
    });

    test('saw every connection to a store, and whose it was', () => {
      const { visits } = outcome.report;
      for (const store of [
        'PostgreSQL of worldwide',
        'Redis of worldwide',
        'PostgreSQL of germany',
        'Redis of germany',
      ]) {
        const own = visits.filter((visit) => `${visit.store} of ${visit.region}` === store);
        assert.ok(
          own.some(({ by, region }) => by === `server of ${region}`),
          store,
        );
      }
    });

    test('refuses a database that holds tenants', async () => {
      const { code, stderr } = await run(['region', 'prove', '--database', 'postgres'], environment);
      assert.deepEqual(
        [code, stderr],
        [1, 'The given database of worldwide holds tenants: the proof wants an empty one\n'],
      );
    });
  },
);

describe('the proof goes red', () => {
  test('where both regions have one database: exit 1, with place and field', async () => {
    const file = path.join(aFolder(), 'one.sqlite');
    const { code, report, page } = await proven([], { PROVE_DATABASE_URLS: `sqlite:${file},sqlite:${file}` });
    assert.deepEqual([code, report.held], [1, false]);
    assert.match(page, /<h1>The isolation did not hold<\/h1>/);
    const words = report.reasons.join('\n');
    assert.match(words, /^Both regions were given the same database\.$/m);
    assert.match(
      words,
      /A canary of \w+ \(user name of the first administrator\) is in \w+: table users, column username/,
    );
    assert.match(words, /The process "server" of \w+: opened the file one\.sqlite of \w+\./);
  });

  test('where a company that is said to have moved is still at its first region', async () => {
    const report = await prove({
      ...onRules,
      ...{ databaseUrls: null, redisUrls: null },
      flow: [
        ...onRules.flow,
        { steps: [foundingStep], by: 'mover', moment: 'before the move' },
        { steps: [], by: 'mover', standing: 'moved', moment: 'after the move' },
      ],
    });
    const words = report.reasons.join('\n');
    const name = 'A canary of the company that moves \\(name of the company that moves\\) is in worldwide';
    assert.match(words, new RegExp(`^${name}: table tenants, column name, after the move \\(as it is\\)\\.$`, 'm'));
    assert.match(words, /^The directory of worldwide does not name exactly the company domains of germany/m);
    assert.doesNotMatch(words, /before the move|is in germany/);
  });

  test('where a region leads people to another address', async () => {
    const report = await prove({
      ...onRules,
      ...{ databaseUrls: null, redisUrls: null },
      settings: (region, sites): Record<string, string> => {
        const [own, other] = [
          sites.find(({ plan }) => plan.id === region),
          sites.find(({ plan }) => plan.id !== region),
        ];
        const wrong = `${other?.plan.id ?? ''}=http://127.0.0.1:1,${region}=http://127.0.0.1:${own?.plan.port ?? 0}`;
        return region === 'worldwide' ? { REGION_URLS: wrong } : {};
      },
    });
    assert.deepEqual(report.reasons, [
      'The step "Come to the wrong region’s door, by its form and by posting user name and password to it" went wrong in worldwide: the other region’s user was not led to their own door.',
    ]);
  });

  test(
    'where a process is pointed at the other region’s PostgreSQL',
    { skip: skipWithout('postgres', databases[2] ?? null) },
    async () => {
      const report = await prove({
        ...onRules,
        ...{ databaseUrls: databases.slice(2).map(String), redisUrls: null },
        settings: (region, [worldwide]): Record<string, string> =>
          region === 'germany' ? { DATABASE_URL: worldwide?.stores.environment.DATABASE_URL ?? '' } : {},
      });
      const words = report.reasons.join('\n');
      assert.equal(report.held, false);
      assert.match(words, /^The process "server" of germany: connected to the PostgreSQL of worldwide\.$/m);
      assert.match(words, /^PostgreSQL of worldwide was visited by server of germany\.$/m);
      // What is not where it should be is noticed too: germany’s own database stayed empty.
      assert.match(words, /^A control in germany was not noticed: a canary put into: backup\.$/m);
      assert.doesNotMatch(words, /set-up\/[\w-]{43}/);
    },
  );
});
