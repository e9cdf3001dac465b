import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findDifferences } from '../../src/platform/processes/differences.ts';
import { secretId } from '../../src/platform/processes/process-state.ts';
import type { RunningProcess } from '../../src/platform/processes/processes.store.ts';

const now = Date.UTC(2026, 11, 1, 12, 0);
const minuteMs = 60_000;

const aProcess = (pid: number, changes: Partial<RunningProcess> = {}): RunningProcess => ({
  id: String(pid),
  host: 'web-1',
  pid,
  version: '0.1.0',
  edition: '2026',
  revision: '2026-11-01',
  rules: 'aaaa',
  sessionSecrets: ['one'],
  secondFactorKeys: ['key'],
  startedAt: now - 60 * minuteMs,
  seenAt: now,
  ...changes,
});

interface Case {
  readonly what: string;
  /** How each process differs from the default process. */
  readonly processes: readonly Partial<RunningProcess>[];
  /** The settings that differ, with `fault` or `note`. */
  readonly found: readonly string[];
}

const justStarted = { startedAt: now - minuteMs };
const updated = { rules: 'bbbb', version: '0.2.0', ...justStarted };

const cases: readonly Case[] = [
  { what: 'a single process', processes: [{}], found: [] },
  { what: 'equal processes', processes: [{}, {}, {}], found: [] },
  { what: 'another version with the same rules', processes: [{}, { version: '0.2.0' }], found: [] },
  {
    what: 'different rules with the same version and revision, even right after a start',
    processes: [{}, { rules: 'bbbb', ...justStarted }],
    found: ['REGION_RULES fault'],
  },
  { what: 'a rolling restart to another version', processes: [{}, updated], found: ['REGION_RULES note'] },
  {
    what: 'a rolling restart to another revision of the rules',
    processes: [{}, { rules: 'bbbb', revision: '2026-12-01', ...justStarted }],
    found: ['REGION_RULES note'],
  },
  {
    what: 'a rolling restart to another edition',
    processes: [{}, { rules: 'bbbb', edition: 'historical', ...justStarted }],
    found: ['REGION_RULES note'],
  },
  {
    what: 'a rolling restart that did not end within 15 minutes',
    processes: [{}, { ...updated, startedAt: now - 15 * minuteMs }],
    found: ['REGION_RULES fault'],
  },
  {
    what: 'two different new rules files during a rolling restart',
    processes: [{}, updated, { rules: 'cccc', ...justStarted }],
    found: ['REGION_RULES fault'],
  },
  {
    what: 'no common session secret',
    processes: [{}, { sessionSecrets: ['two'] }],
    found: ['SESSION_SECRETS fault'],
  },
  {
    what: 'a rotation that put the new secret first',
    processes: [{}, { sessionSecrets: ['two', 'one'] }],
    found: ['SESSION_SECRETS note'],
  },
  {
    what: 'a rotation that removes the old secret',
    processes: [{ sessionSecrets: ['two', 'one'] }, { sessionSecrets: ['two'] }],
    found: ['SESSION_SECRETS note'],
  },
  {
    what: 'a process that missed a whole rotation',
    processes: [{}, { sessionSecrets: ['two', 'one'] }, { sessionSecrets: ['two'] }],
    found: ['SESSION_SECRETS fault'],
  },
  {
    what: 'a common old secret that neither process signs with',
    processes: [{ sessionSecrets: ['two', 'one'] }, { sessionSecrets: ['three', 'one'] }],
    found: ['SESSION_SECRETS fault'],
  },
  {
    what: 'no common second-factor key',
    processes: [{}, { secondFactorKeys: ['other'] }],
    found: ['SECOND_FACTOR_KEYS fault'],
  },
  {
    what: 'a rotation of the second-factor keys',
    processes: [{}, { secondFactorKeys: ['other', 'key'] }],
    found: ['SECOND_FACTOR_KEYS note'],
  },
];

describe('the comparison of running processes', () => {
  for (const { what, processes, found } of cases) {
    test(`finds ${found.length === 0 ? 'nothing' : found.join(', ')} for ${what}`, () => {
      const all = processes.map((changes, index) => aProcess(index + 1, changes));
      const differences = findDifferences(all, now);
      assert.deepEqual(
        differences.map(({ setting, isFault }) => `${setting} ${isFault ? 'fault' : 'note'}`),
        found,
      );
      for (const { message } of differences)
        for (const { pid } of all) assert.ok(message.includes(`web-1 pid ${pid}`), message);
    });
  }
});

test('the fingerprint of a secret differs between installations and does not contain the secret', () => {
  const secret = 'canary-'.repeat(6);
  const [one, other] = [secretId(secret, 'installation 1'), secretId(secret, 'installation 2')];
  assert.notEqual(one, other);
  assert.equal(one, secretId(secret, 'installation 1'));
  assert.match(one, /^[\w-]{12}$/);
});
