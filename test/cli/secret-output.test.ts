import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { run as runCommand } from '../../src/cli/cli.ts';
import { freePort } from '../../tools/prove/free-port.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { dataDirectory, json, run, start, type Environment } from './command.ts';
import { snapshotOf } from './database-snapshot.ts';

const parvis = path.join(import.meta.dirname, '../../bin/parvis.js');
const REGION_URLS = 'worldwide=http://localhost:3000,germany=http://localhost:3001';
const secrets = { SESSION_SECRETS: 's'.repeat(32), SECOND_FACTOR_KEYS: 'k'.repeat(32) };

const tenantOptions = (domain: string): string[] => [
  ...['--name', 'Kiesel', '--domain', domain, '--language', 'en'],
  ...['--admin-name', 'Ada', '--admin-username', `ada@${domain}`],
];

/** The arguments of every command that prints a secret. @param bundle of a tenant that another region moved here @param fingerprint of the key of that region */
const commands = (
  tenantId: string,
  bundle: string,
  fingerprint: string,
): Readonly<Record<string, readonly string[]>> => ({
  'tenant add': tenantOptions('next.example'),
  'user add': ['--tenant', tenantId, '--name', 'Bo', '--username', 'bo@kiesel.example'],
  'user reset-password': ['ada@kiesel.example'],
  'operator add': ['--name', 'Bo', '--username', 'bo@hosting.example'],
  'operator reset-password': ['ada@hosting.example'],
  'tenant move-in': [bundle, '--accept-key', fingerprint],
});

type Region = Environment & { readonly DATA_DIR: string };

async function prepare(here: Region): Promise<ReturnType<typeof commands>> {
  const there = { DATA_DIR: dataDirectory(), REGION: 'germany', BASE_URL: 'http://localhost:3001', REGION_URLS };
  const { tenantId } = await json<{ tenantId: string }>(['tenant', 'add', ...tenantOptions('kiesel.example')], here);
  await json(['operator', 'add', '--name', 'Ada', '--username', 'ada@hosting.example'], here);
  const moved = await json<{ tenantId: string }>(['tenant', 'add', ...tenantOptions('moved.example')], there);
  const { recipient } = await json<{ recipient: string }>(['region', 'key'], here);
  const bundle = path.join(path.dirname(there.DATA_DIR), 'bundle.age');
  const out = ['--to', 'worldwide', '--recipient', recipient, '--passwords', 'reset', '--file', bundle];
  await json(['tenant', 'move-out', moved.tenantId, ...out, '--yes'], there);
  const { fingerprint } = await json<{ fingerprint: string }>(['region', 'key'], there);
  return commands(tenantId, bundle, fingerprint);
}

/** Runs a command whose standard output fails with an error. */
async function runWithBrokenOutput(args: readonly string[], env: Environment, code: string) {
  const stdout = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`${code}: write`), { code })),
  });
  const [stdin, stderr] = [new PassThrough(), new PassThrough()];
  const errors = text(stderr);
  const exitCode = await runCommand(args, { env, stdin, stdout, stderr });
  stderr.end();
  return { code: exitCode, stderr: await errors };
}

for (const dialect of ['SQLite', 'PostgreSQL'] as const) {
  const server = dialect === 'SQLite' ? null : await postgres({ empty: true });
  const skip = dialect === 'SQLite' ? false : skipWithout('postgres', server);
  describe(`a command whose secret cannot be printed, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const stores = server === null ? {} : { DATABASE_URL: server.url, ...secrets };
    const here = { DATA_DIR: dataDirectory(), REGION_URLS, ...stores };
    const table = await prepare(here);
    for (const [name, args] of Object.entries(table)) {
      for (const code of ['ENOSPC', 'EPIPE']) {
        test(`${name} changes nothing after the error ${code}`, async () => {
          const before = await contentOf(here);
          for (const more of [[], ['--json']]) {
            const result = await runWithBrokenOutput([...name.split(' '), ...args, ...more], here, code);
            assert.match(result.stderr, /^The result could not be printed \(.+\)\. Nothing was changed\.\n$/);
            assert.equal(result.code, 1);
          }
          assert.deepEqual(await contentOf(here), before);
        });
      }
    }

    test('succeeds with an output that accepts the secret', async () => {
      for (const [name, args] of Object.entries(table)) {
        const { code, stdout } = await run([...name.split(' '), ...args, '--json'], here);
        assert.equal(code, 0, name);
        assert.match(stdout, /"temporaryPassword":"\w{4}(-\w{4}){4}"/, name);
      }
    });
  });
}

/** SQLite also writes rolled-back changes to its file, so rows are compared through the commands that print them. */
async function contentOf(here: Region & { readonly DATABASE_URL?: string }): Promise<unknown> {
  if (here.DATABASE_URL !== undefined) return snapshotOf(here);
  const { tenants } = await json<{ tenants: { id: string }[] }>(['tenant', 'list'], here);
  const users = await Promise.all(tenants.map(({ id }) => json(['user', 'list', '--tenant', id], here)));
  return [tenants, users, await json(['activity', 'verify'], here), await json(['tenant', 'moves'], here)];
}

const fullDevice = existsSync('/dev/full') ? '/dev/full' : null;

describe('a command as a process', async () => {
  const environment = { DATA_DIR: dataDirectory() };
  const add = ['tenant', 'add', ...tenantOptions('a.example')];
  await json(['migrate'], environment);
  const tenants = () => json(['tenant', 'list'], environment);

  test(
    'does not add a tenant if the disk of its output is full',
    { skip: skipWithout('/dev/full', fullDevice) },
    async () => {
      const { code, stderr } = await runOnFullDevice(add, environment);
      assert.deepEqual([code, /^The result could not be printed \(.*ENOSPC.*\n$/.test(stderr)], [1, true], stderr);
      assert.deepEqual(await tenants(), { tenants: [] });
    },
  );

  test('does not add a tenant if its output pipe is closed', async () => {
    const child = start(add, environment);
    child.stdout?.destroy();
    const [stderr] = await Promise.all([text(child.stderr!), once(child, 'close')]);
    assert.deepEqual(
      [child.exitCode, /^The result could not be printed \(.*EPIPE.*\n$/.test(stderr)],
      [1, true],
      stderr,
    );
    assert.deepEqual(await tenants(), { tenants: [] });
  });

  test(
    'stops serve if the link that sets up the first tenant cannot be printed',
    { skip: skipWithout('/dev/full', fullDevice) },
    async () => {
      const { code, stderr } = await runOnFullDevice(['serve'], { ...environment, PORT: String(await freePort()) });
      assert.equal(code, 1);
      assert.match(stderr, /The one-time link for the setup could not be printed/);
      for (const line of stderr.trim().split('\n')) assert.doesNotThrow(() => JSON.parse(line), line);
    },
  );
});

async function runOnFullDevice(args: readonly string[], environment: Environment) {
  const full = openSync('/dev/full', 'w');
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [parvis, ...args], {
    env: { PATH, HOME, NODE_COMPILE_CACHE, ...environment },
    stdio: ['ignore', full, 'pipe'],
    timeout: 60_000,
  });
  closeSync(full);
  const [stderr] = await Promise.all([text(child.stderr!), once(child, 'close')]);
  return { code: child.exitCode, stderr };
}
