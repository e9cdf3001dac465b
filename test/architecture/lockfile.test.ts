import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { lockfileFaults } from './lockfile.ts';

describe('the lockfile', () => {
  test('is complete, for every platform, and bound to no registry', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Parameters<typeof lockfileFaults>[0];
    };
    assert.ok(Object.keys(lock.packages).length > 1);
    assertNone(lockfileFaults(lock.packages));
  });

  // npm finds the script when it unpacks the package, and would add the line at the first `npm install`.
  test('names the one production package that npm takes to have an install script', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { dev?: boolean; hasInstallScript?: boolean }>;
    };
    const named = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript && !entry.dev);
    assert.deepEqual(
      named.map(([folder]) => folder),
      ['node_modules/better-sqlite3'],
    );
  });

  test('is found wanting when a platform is left out or an address left in', () => {
    const faults = lockfileFaults({
      '': { dependencies: { a: '1' } },
      'node_modules/a': { optionalDependencies: { '@a/linux': '1', '@a/darwin': '1', b: '1' } },
      'node_modules/a/node_modules/@a/linux': { dependencies: { b: '1' } },
      'node_modules/b': { resolved: 'https://registry.example/b.tgz' },
    });
    assert.deepEqual(faults, [
      'node_modules/a needs @a/darwin, which has no entry',
      'node_modules/b is bound to the address https://registry.example/b.tgz',
    ]);
  });
});
