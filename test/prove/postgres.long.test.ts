import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { prove } from '../../tools/prove/prove.ts';
import { postgres, redis, skipWithout } from '../support/services.ts';
import { run } from '../cli/command.ts';
import { assertHeld, assertLookedEverywhere, proven, type Proven } from './run-proof.ts';
import { wayIn } from './short-flow.ts';

const databases = [
  await postgres({ empty: true }),
  await postgres({ empty: true }),
  await postgres({ empty: true }),
  await postgres({ empty: true }),
].map((each) => each?.url ?? null);
const redises = await twoRedises();

/** Two that are empty: of one server that was given, its last databases. */
async function twoRedises(): Promise<string | null> {
  const both = [await redis(), await redis()];
  const urls = both.map((each, index) => (each?.pid === null ? `${each.url}/${14 + index}` : each?.url));
  return urls.includes(undefined) ? null : urls.join(',');
}

describe(
  'the proof on PostgreSQL and Redis',
  { skip: skipWithout('postgres', databases[0]) || skipWithout('redis', redises) },
  () => {
    const environment = { PROVE_DATABASE_URLS: databases.slice(0, 2).join(','), PROVE_REDIS_URLS: redises ?? '' };
    let outcome: Proven;
    before(async () => (outcome = await proven(['--database', 'postgres'], environment)));

    test('holds, every step done and every control noticed', () => assertHeld(outcome));

    test('looked into the stores and at the lines to them', () =>
      assertLookedEverywhere(outcome.report, ['database file']));

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

// Pointed at the database alone, the process would refuse to start: the database knows its region.
test(
  'the proof goes red where a process has the other region’s REGION and PostgreSQL',
  { skip: skipWithout('postgres', databases[2] ?? null) },
  async () => {
    const report = await prove({
      ...wayIn,
      databaseUrls: databases.slice(2).map(String),
      settings: (region, [worldwide]): Record<string, string> =>
        region === 'germany'
          ? {
              REGION: 'worldwide',
              REGION_RULES: '',
              REGION_URLS: '',
              DATABASE_URL: worldwide?.stores.environment.DATABASE_URL ?? '',
            }
          : {},
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
