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

describe('the session secret', () => {
  test('is generated once with 256 bits and stored', () => {
    const made = loadSecrets(configOf());
    assert.equal(made.length, 1);
    assert.equal(Buffer.from(made[0] ?? '', 'base64url').length, 32);
    assert.deepEqual(loadSecrets(configOf()), made);
    assert.equal(readFileSync(secretFile(), 'utf8'), made[0]);
  });

  test('is readable only by its owner, and no temporary file remains', () => {
    loadSecrets(configOf());
    assert.equal(statSync(secretFile()).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['session-secret']);
  });

  test('is different in another data directory', () => {
    const one = loadSecrets(configOf());
    folder = path.join(root, 'another');
    assert.notDeepEqual(loadSecrets(configOf()), one);
  });

  test('is replaced by SESSION_SECRETS if that is set, and no file is created', () => {
    const given = 'a-secret-of-the-operator-with-40-letters';
    assert.deepEqual(loadSecrets(configOf({ SESSION_SECRETS: `${given},${given}2` })), [given, `${given}2`]);
    assert.throws(() => statSync(folder), { code: 'ENOENT' });
  });

  test('is reported with the name of its file if it is truncated', () => {
    loadSecrets(configOf());
    chmodSync(secretFile(), 0o600);
    for (const cut of ['', '\n', 'short']) {
      writeFileSync(secretFile(), cut);
      assert.throws(() => loadSecrets(configOf()), /session-secret/);
    }
  });

  test('is the same for processes that start at the same time', async () => {
    const url = (file: string): string => JSON.stringify(new URL(`../../src/platform/${file}`, import.meta.url).href);
    // All processes wait for the same moment, so that they compete for the file.
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

describe('the key that encrypts second factors', () => {
  test('is generated once, stored, different from the session secret, and never created by a check', () => {
    assert.deepEqual(findSecondFactorKeys(configOf()), []);
    assert.throws(() => statSync(folder), { code: 'ENOENT' });
    const made = loadSecondFactorKeys(configOf());
    assert.equal(Buffer.from(made[0] ?? '', 'base64url').length, 32);
    assert.deepEqual([loadSecondFactorKeys(configOf()), findSecondFactorKeys(configOf())], [made, made]);
    assert.notDeepEqual(loadSecrets(configOf()), made);
    assert.equal(statSync(path.join(folder, 'second-factor-key')).mode & 0o777, 0o600);
  });

  test('is replaced by SECOND_FACTOR_KEYS if that is set, which may list several keys for rotation', () => {
    const given = 'a-secret-of-the-operator-with-40-letters';
    const keys = loadSecondFactorKeys(configOf({ SECOND_FACTOR_KEYS: `${given}, ${given}2` }));
    assert.deepEqual(keys, [given, `${given}2`]);
    assert.throws(() => statSync(folder), { code: 'ENOENT' });
  });

  test('is derived from SESSION_SECRETS on PostgreSQL', () => {
    const given = 'a-secret-of-the-operator-with-40-letters';
    const shared = { DATABASE_URL: 'postgres://db/parvis', SESSION_SECRETS: `${given}, ${given}2` };
    assert.deepEqual(loadSecondFactorKeys(configOf(shared)), [given, `${given}2`]);
    assert.throws(() => statSync(folder), { code: 'ENOENT' });
  });
});
