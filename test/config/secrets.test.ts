import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { readConfig, type Config } from '../../src/platform/config/config.ts';
import { findSecondFactorKeys, loadSecondFactorKeys, loadSecrets } from '../../src/platform/keys/secrets.ts';

const root = mkdtempSync(path.join(tmpdir(), 'parvis-secrets-'));
after(() => rmSync(root, { recursive: true }));

let folder = '';
let count = 0;
beforeEach(() => (folder = path.join(root, String(++count))));

function configOf(variables: Record<string, string> = {}): Config {
  const { config, faults } = readConfig({ DATA_DIR: folder, ...variables });
  assert.ok(config, faults.join('\n'));
  return config;
}

const secretFile = (): string => path.join(folder, 'session-secret');

describe('the secret that signs sessions', () => {
  test('is made once, with 256 bits, and kept', () => {
    const made = loadSecrets(configOf());
    assert.equal(made.length, 1);
    assert.equal(Buffer.from(made[0] ?? '', 'base64url').length, 32);
    assert.deepEqual(loadSecrets(configOf()), made);
    assert.equal(readFileSync(secretFile(), 'utf8'), made[0]);
  });

  test('is readable by its owner alone, and nothing else is left beside it', () => {
    loadSecrets(configOf());
    assert.equal(statSync(secretFile()).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['session-secret']);
  });

  test('is another one in another folder', () => {
    const one = loadSecrets(configOf());
    folder = path.join(root, 'another');
    assert.notDeepEqual(loadSecrets(configOf()), one);
  });

  test('is the operator’s where there is one: then no file is made', () => {
    const given = 'a-secret-of-the-operator-with-40-letters';
    assert.deepEqual(loadSecrets(configOf({ SESSION_SECRETS: `${given},${given}2` })), [given, `${given}2`]);
    assert.throws(() => statSync(folder), { code: 'ENOENT' });
  });

  test('is never empty: a file that was cut short stops the start, by its name', () => {
    loadSecrets(configOf());
    chmodSync(secretFile(), 0o600);
    for (const cut of ['', '\n', 'short']) {
      writeFileSync(secretFile(), cut);
      assert.throws(() => loadSecrets(configOf()), /session-secret/);
    }
  });

  test('is the same for processes that start together', async () => {
    const url = (file: string): string => JSON.stringify(new URL(`../../src/platform/${file}`, import.meta.url).href);
    // Each waits for the same moment, so that they meet at the file.
    const program = `
      const { readConfig } = await import(${url('config/config.ts')});
      const { loadSecrets } = await import(${url('keys/secrets.ts')});
      const { config } = readConfig({ DATA_DIR: process.argv[1] });
      while (Date.now() < Number(process.argv[2])) {}
      console.log(JSON.stringify(loadSecrets(config)));`;
    for (let round = 0; round < 3; round++) {
      folder = path.join(root, `together-${round}`);
      const args = ['--input-type=module', '-e', program, folder, String(Date.now() + 1_500)];
      const runs = Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, args));
      const seen = new Set((await Promise.all(runs)).map(({ stdout }) => stdout.trim()));
      assert.deepEqual([...seen], [JSON.stringify([readFileSync(secretFile(), 'utf8')])]);
    }
  });
});

describe('the key that seals second factors', () => {
  test('is made once and kept, another than the one that signs sessions, and is only looked for by a check', () => {
    assert.deepEqual(findSecondFactorKeys(configOf()), []);
    assert.throws(() => statSync(folder), { code: 'ENOENT' });
    const made = loadSecondFactorKeys(configOf());
    assert.equal(Buffer.from(made[0] ?? '', 'base64url').length, 32);
    assert.deepEqual([loadSecondFactorKeys(configOf()), findSecondFactorKeys(configOf())], [made, made]);
    assert.notDeepEqual(loadSecrets(configOf()), made);
    assert.equal(statSync(path.join(folder, 'second-factor-key')).mode & 0o777, 0o600);
  });

  test('is the operator’s where there is one, several to change it', () => {
    const given = 'a-secret-of-the-operator-with-40-letters';
    const keys = loadSecondFactorKeys(configOf({ SECOND_FACTOR_KEYS: `${given}, ${given}2` }));
    assert.deepEqual(keys, [given, `${given}2`]);
    assert.throws(() => statSync(folder), { code: 'ENOENT' });
  });

  test('is what all processes share already, where they are several and it is not given', () => {
    const given = 'a-secret-of-the-operator-with-40-letters';
    const shared = { DATABASE_URL: 'postgres://db/parvis', SESSION_SECRETS: `${given}, ${given}2` };
    assert.deepEqual(loadSecondFactorKeys(configOf(shared)), [given, `${given}2`]);
    assert.throws(() => statSync(folder), { code: 'ENOENT' });
  });
});
