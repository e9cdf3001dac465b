import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { prove } from '../../tools/prove/prove.ts';
import { postgres, redis, skipWithout } from '../support/services.ts';
import { run } from '../cli/command.ts';
import { assertHeld, assertSearchedEverywhere, runProof, type ProofRun } from './run-proof.ts';
import { shortFlow } from './short-flow.ts';

const databases = [
  await postgres({ empty: true }),
  await postgres({ empty: true }),
  await postgres({ empty: true }),
  await postgres({ empty: true }),
].map((each) => each?.url ?? null);
const redises = await emptyRedisUrls();

/** @returns the URLs of two empty Redis databases; on a shared server, of databases 14 and 15 */
async function emptyRedisUrls(): Promise<string | null> {
  const both = [await redis(), await redis()];
  const urls = both.map((each, index) => (each?.pid === null ? `${each.url}/${14 + index}` : each?.url));
  return urls.includes(undefined) ? null : urls.join(',');
}

describe(
  'the proof on PostgreSQL and Redis',
  { skip: skipWithout('postgres', databases[0]) || skipWithout('redis', redises) },
  () => {
    const environment = { PROVE_DATABASE_URLS: databases.slice(0, 2).join(','), PROVE_REDIS_URLS: redises ?? '' };
    let outcome: ProofRun;
    before(async () => (outcome = await runProof(['--database', 'postgres'], environment)));

    test('succeeds and notices every control', () => assertHeld(outcome));

    test('searches the stores and all traffic to them', () =>
      assertSearchedEverywhere(outcome.report, ['database file']));

    test('identifies the process behind every connection to a store', () => {
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

    test('refuses a database that contains tenants', async () => {
      const { code, stderr } = await run(['region', 'prove', '--database', 'postgres'], environment);
      assert.deepEqual(
        [code, stderr],
        [1, 'The given database of worldwide contains tenants; the proof requires an empty one\n'],
      );
    });
  },
);

// With only the wrong database, the process would refuse to start, because a database stores the ID of its region.
test(
  'the proof fails if a process is configured with the other region’s REGION and database',
  { skip: skipWithout('postgres', databases[2] ?? null) },
  async () => {
    const report = await prove({
      ...shortFlow,
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
    const reasons = report.reasons.join('\n');
    assert.equal(report.held, false);
    assert.match(reasons, /^The process "server" of germany: connected to the PostgreSQL of worldwide\.$/m);
    assert.match(reasons, /^PostgreSQL of worldwide was accessed by server of germany\.$/m);
    // The search also notices missing data: the backup of germany’s empty database lacks the control.
    assert.match(reasons, /^A control in germany was not noticed: a canary planted in: backup\.$/m);
    assert.doesNotMatch(reasons, /set-up\/[\w-]{43}/);
  },
);
