import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, test } from 'node:test';
import { linesMatching } from '../architecture/conventions.ts';
import { readSources } from '../architecture/sources.ts';
import { eachDialect } from '../data/databases.ts';
import { assertNone } from '../support/assert-none.ts';
import { postgres } from '../support/services.ts';
import { dataDirectory, fault, json, run } from './command.ts';

const databases = eachDialect(await postgres({ empty: true }));
const ownProcess = /\bprocess\b|\bconsole\./;

describe('the commands', () => {
  // Only the function that adds `region prove` has this default, because a separate test program calls it.
  const isDefault = (line: string): boolean => line.endsWith('io: CommandIo = process): void {');

  test('do not use `process` and `console` directly', () => {
    const files = readSources('src/cli/*.ts');
    assert.ok(files.length > 20);
    assertNone(linesMatching(files, ownProcess).filter((line) => !isDefault(line)));
  });

  test('the check reports direct use of `process` and `console`', () => {
    for (const text of ['const { env } = process;', 'process.exitCode = 1;', 'console.log(1);'])
      assert.equal(linesMatching([{ path: 'src/cli/x.ts', text }], ownProcess).length, 1, text);
  });
});

describe('a command that runs inside another program', () => {
  for (const { dialect, config, skip } of databases) {
    test(`closes all connections and files on ${dialect}`, { skip }, async () => {
      const secrets = { SESSION_SECRETS: 's'.repeat(32), SECOND_FACTOR_KEYS: 'k'.repeat(32) };
      const DATABASE_URL = config.kind === 'postgres' ? config.url : `sqlite:${config.file}`;
      const environment = { DATA_DIR: dataDirectory(), DATABASE_URL, ...secrets };
      const before = openResources();
      await json(['migrate'], environment);
      await json(['tenant', 'list'], environment);
      await json(['check'], environment);
      await fault(['tenant', 'suspend', 'nobody'], environment);
      await settled();
      assert.deepEqual(openResources(), before);
    });
  }

  test('reads only the environment that it is given', async () => {
    const [worldwide, germany] = [{ DATA_DIR: dataDirectory() }, { DATA_DIR: dataDirectory(), REGION: 'germany' }];
    for (const [environment, region] of [
      [worldwide, 'worldwide'],
      [germany, 'germany'],
      [worldwide, 'worldwide'],
    ] as const)
      assert.equal((await json<{ region: string }>(['route', 'key'], environment)).region, region);
  });

  test('does not keep the options of the previous command', async () => {
    const environment = { DATA_DIR: dataDirectory() };
    assert.match((await run(['tenant', 'list', '--json'], environment)).stdout, /^\{/);
    assert.equal((await run(['tenant', 'list'], environment)).stdout, '');
  });
});

/** Open connections and database files. */
function openResources(): string[] {
  const sockets = process.getActiveResourcesInfo().filter((each) => /TCP|Worker|MessagePort/.test(each));
  const files = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)].filter((target) => target.includes('.sqlite'));
    } catch {
      return [];
    }
  });
  return [...sockets, ...files].sort();
}

// A closed connection disappears in the next turn of the event loop.
async function settled(): Promise<void> {
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
}
