import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { dataDirectory, fault, json, run, runProcess } from './command.ts';

const secrets = { SESSION_SECRETS: 'canary-'.repeat(6), SECOND_FACTOR_KEYS: 'canary-'.repeat(6) };

const marker = JSON.stringify({ region: 'worldwide', fingerprint: '0123-4567-89ab-cdef-0123-4567-89ab-cdef' });

/** Cases in which a data directory shows that a database existed. Each returns the settings. */
const traces: Record<string, () => Promise<Record<string, string>>> = {
  'was deleted': async () => {
    const environment = { DATA_DIR: dataDirectory(), ...secrets };
    await json(['migrate'], environment);
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(path.join(environment.DATA_DIR, `parvis.sqlite${suffix}`), { force: true });
    return environment;
  },
  'was replaced by an empty file': async () => {
    const environment = { DATA_DIR: dataDirectory(), ...secrets };
    await json(['migrate'], environment);
    writeFileSync(path.join(environment.DATA_DIR, 'parvis.sqlite'), '');
    return environment;
  },
  'is on a disk that is not mounted': () => {
    const DATA_DIR = dataDirectory();
    mkdirSync(DATA_DIR, { mode: 0o700 });
    writeFileSync(path.join(DATA_DIR, 'session-secret'), 'x'.repeat(43));
    return Promise.resolve({ DATA_DIR, DATABASE_URL: `sqlite:${path.join(dataDirectory(), 'parvis.sqlite')}` });
  },
  ...Object.fromEntries(
    ['second-factor-key', 'directory-key', 'region-identity', 'region.json'].map((name) => [
      `is missing beside the file ${name}`,
      () => {
        const DATA_DIR = dataDirectory();
        mkdirSync(DATA_DIR, { mode: 0o700 });
        writeFileSync(path.join(DATA_DIR, name), name === 'region.json' ? marker : 'x'.repeat(43));
        return Promise.resolve({ DATA_DIR });
      },
    ]),
  ),
};

const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

for (const [what, prepare] of Object.entries(traces)) {
  describe(`if the database ${what}`, () => {
    test('commands and check fail with the reason and create nothing', async () => {
      const environment = await prepare();
      const before = filesIn(environment.DATA_DIR ?? '');
      for (const command of [['migrate'], ['tenant', 'list']])
        assert.match(await fault(command, environment), /^There is no database in .+ shows that there was one\./);
      const { code, stderr } = await run(['check'], environment);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^DATABASE_URL: There is no database in .+ run "npx --no-install parvis migrate --new-database"\.$/m,
      );
      assert.deepEqual(filesIn(environment.DATA_DIR ?? ''), before);
    });

    test('migrate --new-database creates an empty one', async () => {
      const environment = await prepare();
      await json(['migrate', '--new-database'], environment);
      assert.deepEqual(await json(['check'], environment), { ok: true, faults: [] });
      await json(['tenant', 'list'], environment);
    });
  });
}

test('the server refuses to start without its earlier database, and prints no set-up link', async () => {
  const environment = await traces['was deleted']!();
  const { code, stdout, stderr } = await runProcess(['serve'], Object.assign({ PORT: '1' }, environment));
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /There is no database in/);
});

test('check before the first start creates no file, and the first start needs no confirmation', async () => {
  const environment = { DATA_DIR: dataDirectory() };
  assert.deepEqual(await json(['check'], environment), { ok: true, faults: [] });
  assert.equal(existsSync(environment.DATA_DIR), false);
  await json(['migrate'], environment);
});
