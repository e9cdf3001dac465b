import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { assessProcess, type Territory } from '../../tools/prove/process-assessment.ts';
import type { RegionStores } from '../../tools/prove/stores.ts';
import type { Watched } from '../../tools/prove/process-watcher.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parvis-assessment-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const territory = (region: string, port: number): Territory => ({
  ...{ region, port, folder: `/proof/${region}` },
  stores: {
    ports: new Map([[port + 1, 'its own PostgreSQL']]),
    files: [`/elsewhere/${region}.sqlite`],
  } as unknown as RegionStores,
});
const both = [territory('alpha', 4000), territory('beta', 5000)];

/** Assesses a process of alpha by the activity that it recorded and the activity that the system observed. */
function assess(recorded: readonly string[], seen: readonly string[] = []) {
  const record = path.join(folder, 'record.jsonl');
  const lines = recorded.map((words) => ({ what: words.split(' ')[0], to: words.slice(words.indexOf(' ') + 1) }));
  writeFileSync(record, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const watched: Watched = {
    ...{ region: 'alpha', label: 'server', pid: 1, record, samples: 1, sockets: new Set() },
    seen: new Map(seen.map((words) => [words, 1])),
  };
  return assessProcess(watched, both);
}

describe('the assessment of a process that respects its region', () => {
  const own: [label: string, recorded: string][] = [
    ['a connection to its store', 'connection 127.0.0.1:4001'],
    ['a connection to its store by host name', 'connection localhost:4001'],
    ['a lookup of the local host name', 'name localhost'],
    ['a file in its data folder', 'file /proof/alpha/session-secret'],
    ['its database outside the data folder', 'file /elsewhere/alpha.sqlite'],
  ];
  for (const [label, recorded] of own)
    test(`allows ${label}`, () =>
      assert.deepEqual(
        assess([recorded]).seen.map(({ allowed }) => allowed),
        [true],
      ));

  test('allows its own port and incoming connections', () => {
    const { seen } = assess(
      [],
      ['listening 127.0.0.1:4000', 'socket 4000 127.0.0.1:50123', 'socket 50200 127.0.0.1:4001'],
    );
    assert.deepEqual(
      seen.map(({ to, allowed }) => [to, allowed]),
      [
        ['its own port on the loopback address', true],
        ['its own PostgreSQL', true],
      ],
    );
  });
});

describe('the assessment of a process that breaks the isolation', () => {
  const foreign: [label: string, recorded: string, to: string][] = [
    ['the other region’s store', 'connection 127.0.0.1:5001', 'the PostgreSQL of beta'],
    ['the other region’s portal', 'connection ::1:5000', 'the portal of beta'],
    ['another port of this machine', 'connection 127.0.0.1:22', 'something else on this machine'],
    ['another machine', 'connection 192.0.2.7:4001', '192.0.2.7:4001, outside this machine'],
    ['another machine by its name', 'connection store.example:4001', 'store.example:4001, outside this machine'],
    [
      'a Unix domain socket',
      'connection /var/run/postgresql/.s.PGSQL.5432',
      '/var/run/postgresql/.s.PGSQL.5432, outside this machine',
    ],
    ['the address of another host name', 'name store.example', 'store.example'],
    ['the other region’s folder', 'file /proof/beta/parvis.sqlite', 'the file parvis.sqlite of beta'],
    ['the other region’s database', 'file /elsewhere/beta.sqlite', 'the file beta.sqlite of beta'],
    ['a file of neither region', 'file /proof/alphabet', 'the file alphabet, which belongs to neither region'],
    ['another program', 'process curl', 'curl'],
    ['UDP datagrams', 'datagram UDP', 'UDP'],
  ];
  for (const [label, recorded, to] of foreign)
    test(`does not allow access to ${label}`, () =>
      assert.deepEqual(
        assess([recorded]).seen.map((each) => [each.to, each.allowed]),
        [[to, false]],
      ));

  for (const [label, seen] of [
    ['a connection that only the system observed', 'socket 50200 127.0.0.1:5001'],
    ['listening on all interfaces', 'listening 0.0.0.0:4000'],
    ['listening on a second port', 'listening 127.0.0.1:4005'],
  ] as const)
    test(`does not allow ${label}`, () =>
      assert.deepEqual(
        assess([], [seen]).seen.map(({ allowed }) => allowed),
        [false],
      ));

  test('marks a process that recorded nothing', () => {
    assert.equal(assess([]).watchedItself, false);
    assert.equal(assess(['watching main']).watchedItself, true);
  });
});
