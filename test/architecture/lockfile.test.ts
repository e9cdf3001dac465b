import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertNone } from '../support/assert-none.ts';
import { lockfileFaults } from './lockfile.ts';

describe('the lockfile', () => {
  test('is complete for every platform and contains no registry URLs', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Parameters<typeof lockfileFaults>[0];
    };
    assert.ok(Object.keys(lock.packages).length > 1);
    assertNone(lockfileFaults(lock.packages));
  });

  // npm sets `hasInstallScript` when it unpacks a package. Without it, the first `npm install` would change the
  // lockfile.
  test('marks the only production package that has an install script', () => {
    const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { dev?: boolean; hasInstallScript?: boolean }>;
    };
    const named = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript && !entry.dev);
    assert.deepEqual(
      named.map(([folder]) => folder),
      ['node_modules/better-sqlite3'],
    );
  });

  test('the check reports a missing platform and a registry URL', () => {
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
