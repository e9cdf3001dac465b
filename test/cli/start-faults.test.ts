import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { createClient } from 'redis';
import { freePort } from '../../tools/prove/free-port.ts';
import { listenFaultOf } from '../../src/platform/start-fault.ts';
import { postgres, redis, skipWithout } from '../support/services.ts';
import { dataDirectory, run, runProcess, type Environment } from './command.ts';
import { logLines } from './server-requests.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parvis-start-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const secrets = { SESSION_SECRETS: 'canary-'.repeat(6), SECOND_FACTOR_KEYS: 'canary-'.repeat(6) };
const server = await postgres();
const cache = await redis();

/** A file where a folder is expected, so that not even root can create anything below it. */
const blocked = path.join(folder, 'file');
writeFileSync(blocked, '');

const damaged = path.join(folder, 'damaged.sqlite');
writeFileSync(damaged, 'This is not a database. '.repeat(100));

const unreadableRules = path.join(folder, 'rules.json');
mkdirSync(unreadableRules);

const malformedRules = path.join(folder, 'malformed.json');
writeFileSync(malformedRules, '{');

interface Case {
  readonly what: string;
  readonly environment: Environment | (() => Promise<Environment>);
  readonly setting: string;
  readonly file?: string;
  readonly code?: string;
  readonly message: RegExp;
  readonly skip?: string | false;
  /** Whether the case needs a separate process, which must exit despite its open stores. */
  readonly isProcess?: boolean;
}

const cases: readonly Case[] = [
  {
    what: 'an invalid setting',
    environment: { PORT: 'ninety' },
    ...{ setting: 'PORT', message: /PORT/ },
  },
  {
    what: 'a rules file that cannot be read',
    environment: { REGION: 'swiss', REGION_RULES: unreadableRules },
    ...{ setting: 'REGION_RULES', file: unreadableRules, message: /EISDIR|cannot be read/ },
  },
  {
    what: 'a rules file that is not JSON',
    environment: { REGION: 'swiss', REGION_RULES: malformedRules },
    ...{ setting: 'REGION_RULES', file: malformedRules, message: /JSON/ },
  },
  {
    what: 'a data directory that cannot be created',
    environment: { DATA_DIR: path.join(blocked, 'data') },
    ...{ setting: 'DATA_DIR', file: path.join(blocked, 'data', 'parvis.sqlite'), code: 'ENOTDIR', message: /ENOTDIR/ },
  },
  {
    what: 'a SQLite file that is not a database',
    environment: { DATABASE_URL: `sqlite:${damaged}` },
    ...{ setting: 'DATABASE_URL', file: damaged, code: 'SQLITE_NOTADB', message: /The database file is damaged/ },
  },
  {
    what: 'PostgreSQL that is not running',
    environment: async () => ({
      ...secrets,
      DATABASE_URL: `postgres://ada:canary@127.0.0.1:${await freePort()}/parvis`,
    }),
    ...{ setting: 'DATABASE_URL', code: 'ECONNREFUSED', message: /The server refuses connections/ },
  },
  {
    what: 'a database that does not exist on the server',
    environment: () => Promise.resolve({ ...secrets, DATABASE_URL: databaseUrl('canary_missing') }),
    ...{ setting: 'DATABASE_URL', code: '3D000', message: /does not exist/, skip: skipWithout('postgres', server) },
  },
  {
    what: 'an address that does not belong to the machine',
    environment: { HOST: '192.0.2.1' },
    isProcess: true,
    ...{ setting: 'HOST', code: 'EADDRNOTAVAIL', message: /HOST: 192\.0\.2\.1:\d+ is not an address of this machine$/ },
  },
  {
    what: 'a wrong Redis password',
    environment: () => redisWithOtherPassword(),
    isProcess: true,
    ...{ setting: 'REDIS_URL', code: 'WRONGPASS', message: /rejects the user or the password of REDIS_URL/ },
    skip: skipWithout('redis', cache?.pid ?? null),
  },
];

describe('a server that cannot start logs one JSON line with the setting, and exits with 1', () => {
  for (const { what, environment, setting, file, code, message, skip = false, isProcess = false } of cases) {
    test(what, { skip }, async () => {
      const given = typeof environment === 'function' ? await environment() : environment;
      const common = { DATA_DIR: dataDirectory(), PORT: String(await freePort()), LOG_LEVEL: 'error' };
      const outcome = await (isProcess ? runProcess : run)(['serve'], Object.assign(common, given));
      assert.deepEqual([outcome.code, outcome.stdout], [1, ''], outcome.stderr);
      const lines = logLines(outcome.stderr);
      assert.equal(lines.length, 1, outcome.stderr);
      const [line] = lines;
      assert.deepEqual([line?.level, line?.setting], [60, setting]);
      if (file !== undefined) assert.equal(line?.file, file);
      if (code !== undefined) assert.equal(line?.code, code);
      assert.match(String(line?.msg), message);
      assert.ok(String(line?.msg).startsWith('Parvis cannot start. '));
      assert.doesNotMatch(outcome.stderr, /canary(?!_missing)|\n\s+at |undefined|\[object/);
    });
  }
});

describe('the fault of a server that cannot listen names the setting and the address', () => {
  for (const [code, host, message] of [
    ['EACCES', '127.0.0.1', 'PORT: this user may not listen on 127.0.0.1:80'],
    ['EADDRINUSE', '::1', 'PORT: [::1]:80 is in use by another process'],
    ['EAFNOSUPPORT', '::1', 'HOST: [::1]:80 is not an address of this machine'],
    ['EAI_AGAIN', 'parvis.example', 'HOST: The host name cannot be resolved. (EAI_AGAIN)'],
  ] as const)
    test(code, () => {
      const error = Object.assign(new Error(`listen ${code}`), { code });
      assert.equal(listenFaultOf(error, host, 80).message, message);
    });
});

function databaseUrl(name: string): string {
  const url = new URL(server?.url ?? 'postgres://localhost');
  url.pathname = `/${name}`;
  return url.href;
}

async function redisWithOtherPassword(): Promise<Environment> {
  const client = await createClient({ url: cache?.url ?? '' }).connect();
  await client.configSet('requirepass', 'another');
  client.destroy();
  const url = new URL(cache?.url ?? '');
  url.password = 'canary';
  return { REDIS_URL: url.href };
}
