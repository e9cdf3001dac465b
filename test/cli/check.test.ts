import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { aMailServer } from '../support/mail-server.ts';
import { freePort } from '../../tools/prove/free-port.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { dataDirectory, fault, json, run } from './command.ts';

const server = await postgres();
const skip = skipWithout('postgres', server);

interface Checked {
  readonly ok: boolean;
  readonly faults: string[];
}

async function runCheck(environment: Record<string, string>): Promise<Checked & { code: number | null }> {
  const { code, stdout, stderr } = await run(['check', '--json'], environment);
  assert.equal(stderr, '');
  const answer = JSON.parse(stdout) as Checked;
  assert.deepEqual(Object.keys(answer), ['ok', 'faults']);
  return { ...answer, code };
}

describe('the check command', () => {
  test('finds no fault before the first start or after a migration', async () => {
    const environment = { DATA_DIR: dataDirectory() };
    assert.deepEqual(await runCheck(environment), { code: 0, ok: true, faults: [] });
    assert.deepEqual(await json(['migrate'], environment), { ok: true, faults: [] });
    assert.deepEqual(await runCheck(environment), { code: 0, ok: true, faults: [] });
    const { code, stdout } = await run(['check'], environment);
    assert.deepEqual([code, stdout.trim().split('\n').length], [0, 1]);
  });

  test('warns about variables that look like a misspelled setting', async () => {
    const environment = { DATA_DIR: dataDirectory(), REDIS_ULR: 'redis://:canary@cache' };
    const note = 'REDIS_ULR is not a setting of Parvis and is ignored. Did you mean REDIS_URL?';
    const { ok, notes } = await json<Checked & { notes: string[] }>(['check'], environment);
    assert.deepEqual([ok, notes], [true, [note]]);
    assert.equal((await run(['check'], environment)).stdout, `No problems found.\n${note}\n`);
    const { stderr } = await run(['check'], { ...environment, PORT: 'x' });
    assert.ok(stderr.endsWith(`\n${note}\n`), stderr);
  });

  test('notes that session secrets encrypt second factors while SECOND_FACTOR_KEYS is not set', { skip }, async () => {
    const environment = { DATA_DIR: dataDirectory(), DATABASE_URL: server?.url ?? '', SESSION_SECRETS: 'a'.repeat(32) };
    await json(['migrate'], environment);
    const notesWith = async (more: Record<string, string>): Promise<string[]> =>
      (await json<Checked & { notes?: string[] }>(['check'], { ...environment, ...more })).notes ?? [];
    assert.match((await notesWith({})).join(), /^SECOND_FACTOR_KEYS is not set, so SESSION_SECRETS also encrypt/);
    assert.deepEqual(await notesWith({ SECOND_FACTOR_KEYS: 'b'.repeat(32) }), []);
  });

  test('reports each fault of the configuration in one line, without secrets', async () => {
    const wrong = {
      ...{ DATA_DIR: dataDirectory(), PORT: 'x', BASE_URL: 'http://company.example', SESSION_SECRETS: 'canary' },
      ...{ DATABASE_URL: 'mysql://ada:canary@db', REDIS_URL: 'canary', TRUST_PROXY: 'all' },
    };
    const { code, ok, faults } = await runCheck(wrong);
    assert.deepEqual([code, ok], [1, false]);
    assert.deepEqual(faults.map((each) => each.split(':')[0]).sort(), [
      'BASE_URL',
      'DATABASE_URL',
      'PORT',
      'REDIS_URL',
      'SESSION_SECRETS',
      'TRUST_PROXY',
    ]);
    assert.doesNotMatch(faults.join(), /canary/);
    const { stdout, stderr, code: again } = await run(['check'], wrong);
    assert.deepEqual([again, stdout, stderr], [1, '', faults.map((each) => `${each}\n`).join('')]);
    assert.equal(existsSync(wrong.DATA_DIR), false);
  });

  test('reports unreachable stores', async () => {
    const [database, cache] = [await freePort(), await freePort()];
    const { code, faults } = await runCheck({
      DATA_DIR: dataDirectory(),
      DATABASE_URL: `postgres://ada:canary@localhost:${database}/parvis`,
      REDIS_URL: `redis://:canary@localhost:${cache}`,
      SESSION_SECRETS: 'canary-'.repeat(6),
      SECOND_FACTOR_KEYS: 'canary-'.repeat(6),
    });
    assert.equal(code, 1);
    assert.deepEqual(faults.map((each) => each.split(':')[0]).sort(), ['DATABASE_URL', 'REDIS_URL']);
    for (const each of faults) assert.match(each, /^[A-Z_]+: \S/);
    assert.doesNotMatch(faults.join(), /canary/);
  });
});

describe('the check command with a mail server', async () => {
  const account = { user: 'portal', password: 'canary' };
  const server = await aMailServer({ account });
  const checkUrl = (url: string) =>
    runCheck({ DATA_DIR: dataDirectory(), SMTP_URL: url, MAIL_FROM: 'Portal <portal@host.example>' });

  test('finds no fault if the server accepts mail, and sends no mail', async () => {
    assert.deepEqual(await checkUrl(server.url), { code: 0, ok: true, faults: [] });
    assert.deepEqual([server.received.length, server.connections], [0, 1]);
  });

  test('reports an unreachable server and a rejected password, without showing the password', async () => {
    const wrong = `smtp://portal:canarybird@127.0.0.1:${new URL(server.url).port}`;
    for (const [url, code] of [
      [`smtp://portal:canary@127.0.0.1:${await freePort()}`, 'ESOCKET'],
      [wrong, 'EAUTH 535'],
    ] as const) {
      assert.deepEqual((await checkUrl(url)).faults, [`SMTP_URL: the server does not accept mail (${code})`]);
    }
  });
});

describe('the migrate command', () => {
  test('creates the schema and can be repeated', async () => {
    const environment = { DATA_DIR: dataDirectory() };
    for (let time = 0; time < 2; time++) {
      const { code, stdout, stderr } = await run(['migrate'], environment);
      assert.deepEqual([code, stderr, stdout.trim().split('\n').length], [0, '', 1]);
    }
    assert.equal(existsSync(path.join(environment.DATA_DIR, 'parvis.sqlite')), true);
  });

  test('reports an unreachable database in one line', async () => {
    const SESSION_SECRETS = 'canary-'.repeat(6);
    for (const host of ['127.0.0.1', 'localhost']) {
      const DATABASE_URL = `postgres://ada:canary@${host}:${await freePort()}/parvis`;
      const said = await fault(['migrate'], {
        ...{ DATA_DIR: dataDirectory(), DATABASE_URL, SESSION_SECRETS, SECOND_FACTOR_KEYS: SESSION_SECRETS },
      });
      assert.match(said, /refused|ECONNREFUSED|does not answer/i);
      assert.doesNotMatch(said, /canary/);
    }
  });
});

describe('a command', () => {
  const commands = [
    ...['serve', 'demo', 'migrate', 'check', 'tenant', 'tenant add', 'tenant list', 'tenant suspend', 'tenant resume'],
    ...['user', 'user add', 'user list', 'user reset-password', 'activity', 'activity verify', 'activity export'],
    ...['route', 'route add', 'route list', 'route remove', 'route export', 'route import'],
  ];
  // Commands without --json: groups of commands, commands without output to parse, and the export, which always writes
  // JSON Lines.
  const without = ['serve', 'tenant', 'user', 'route', 'activity', 'activity export'];
  const withJson = commands.filter((command) => !without.includes(command));

  test('prints its help without creating files', async () => {
    const environment = { DATA_DIR: dataDirectory(), PORT: 'nonsense' };
    for (const command of commands) {
      const { code, stdout, stderr } = await run([...command.split(' '), '--help'], environment);
      assert.deepEqual([code, stderr], [0, ''], command);
      assert.match(stdout, new RegExp(`^Usage: parvis ${command}`), command);
      assert.ok(stdout.split('\n').length > 4, command);
      assert.equal(stdout.includes('--json'), withJson.includes(command), command);
    }
    assert.equal(existsSync(environment.DATA_DIR), false);
  });

  test('is listed by parvis --help, while unknown commands are rejected', async () => {
    const { stdout } = await run(['--help'], {});
    for (const command of ['serve', 'demo', 'migrate', 'check', 'tenant', 'user', 'route', 'activity']) {
      assert.match(stdout, new RegExp(`^ {2}${command}\\b`, 'm'));
    }
    const unknown = await run(['nonsense'], {});
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /unknown command 'nonsense'/);
    assert.equal((await run(['tenant', 'list', '--nonsense'], { DATA_DIR: dataDirectory() })).code, 1);
  });

  test('reports all configuration faults together and changes nothing', async () => {
    const environment = { DATA_DIR: dataDirectory(), PORT: 'x', TRUST_PROXY: 'x', SESSION_SECRETS: 'canary' };
    for (const args of [
      ['tenant', 'list'],
      ['route', 'export'],
      ['migrate'],
      ['user', 'reset-password', 'ada@a.example'],
    ]) {
      const { code, stdout, stderr } = await run(args, environment);
      assert.deepEqual([code, stdout], [1, '']);
      assert.deepEqual(
        stderr
          .trim()
          .split('\n')
          .map((line) => line.split(':')[0]),
        ['PORT', 'SESSION_SECRETS', 'TRUST_PROXY'],
      );
      assert.doesNotMatch(stderr, /canary/);
    }
    assert.equal(existsSync(environment.DATA_DIR), false);
  });
});
