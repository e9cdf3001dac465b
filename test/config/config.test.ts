import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { readConfig, type Config } from '../../src/platform/config/config.ts';
import { rulesFolder } from '../../src/platform/config/rules.ts';

const secret = 'a-secret-of-the-operator-with-40-letters';

function valid(variables: Record<string, string | undefined>): Config {
  const { config, faults } = readConfig(variables);
  assert.deepEqual(faults, []);
  assert.ok(config);
  return config;
}

describe('the configuration without any settings', () => {
  const config = valid({});

  test('runs one region on the loopback address', () => {
    assert.equal(config.host, '127.0.0.1');
    assert.equal(config.port, 3000);
    assert.equal(config.baseUrl.href, 'http://localhost:3000/');
    assert.equal(config.rules.region, 'worldwide');
    assert.deepEqual(
      [...config.regionUrls].map(([id, url]) => [id, url.origin]),
      [['worldwide', 'http://localhost:3000']],
    );
    assert.equal(config.trustProxy, 0);
    assert.equal(config.logLevel, 'info');
    assert.equal(config.redisUrl, null);
  });

  test('uses an embedded database and has no secrets', () => {
    assert.equal(config.dataDirectory, path.resolve('data'));
    assert.deepEqual(config.database, { kind: 'sqlite', file: path.resolve('data/parvis.sqlite') });
    assert.deepEqual(config.sessionSecrets, []);
  });

  test('is immutable', () => {
    assert.throws(() => Object.assign(config, { port: 1 }), TypeError);
    assert.throws(() => Object.assign(config.rules.password, { minimumLength: 1 }), TypeError);
    assert.throws(() => (config.sessionSecrets as string[]).push('x'), TypeError);
  });

  test('treats an empty variable like a missing one', () => {
    const names = ['HOST', 'PORT', 'BASE_URL', 'REGION', 'REGION_URLS', 'REGION_RULES', 'DATA_DIR', 'DATABASE_URL'];
    const more = [
      'REDIS_URL',
      'SESSION_SECRETS',
      'SECOND_FACTOR_KEYS',
      'TRUST_PROXY',
      'SMTP_URL',
      'MAIL_FROM',
      'LOG_LEVEL',
      'STOP_NOTICE_SECONDS',
      'STOP_GRACE_SECONDS',
    ];
    const empty = Object.fromEntries([...names, ...more].map((name) => [name, '']));
    assert.deepEqual(valid(empty), config);
    assert.deepEqual(valid(Object.fromEntries(Object.keys(empty).map((name) => [name, undefined]))), config);
  });

  test('ignores unrelated environment variables', () => {
    assert.deepEqual(valid({ PATH: '/bin', __proto__x: '1', constructor: 'x' }), config);
  });
});

describe('the configuration', () => {
  test('reads every setting', () => {
    const config = valid({
      HOST: '0.0.0.0',
      PORT: '8080',
      BASE_URL: 'https://partners.company.example',
      REGION: 'germany',
      REGION_URLS: 'worldwide=https://ww.company.example, germany=https://partners.company.example',
      DATA_DIR: '/var/lib/parvis',
      DATABASE_URL: 'postgres://parvis:pw@db/parvis',
      REDIS_URL: 'rediss://:pw@cache:6380',
      SESSION_SECRETS: `${secret},older-${secret}`,
      SECOND_FACTOR_KEYS: secret,
      TRUST_PROXY: '2',
      LOG_LEVEL: 'warn',
      STOP_NOTICE_SECONDS: '15',
      STOP_GRACE_SECONDS: '0',
    });
    assert.equal(config.host, '0.0.0.0');
    assert.equal(config.port, 8080);
    assert.equal(config.baseUrl.origin, 'https://partners.company.example');
    assert.equal(config.rules.region, 'germany');
    assert.equal(config.regionUrls.get('worldwide')?.origin, 'https://ww.company.example');
    assert.equal(config.dataDirectory, '/var/lib/parvis');
    assert.deepEqual(config.database, { kind: 'postgres', url: 'postgres://parvis:pw@db/parvis' });
    assert.equal(config.redisUrl, 'rediss://:pw@cache:6380');
    assert.deepEqual(config.sessionSecrets, [secret, `older-${secret}`]);
    assert.equal(config.trustProxy, 2);
    assert.equal(config.logLevel, 'warn');
    assert.deepEqual(config.stopTimes, { noticeMs: 15_000, graceMs: 0 });
  });

  test('accepts an SQLite file outside the data directory', () => {
    assert.deepEqual(valid({ DATABASE_URL: 'sqlite:/srv/p.db' }).database, { kind: 'sqlite', file: '/srv/p.db' });
    const file = path.resolve('x/p.db');
    assert.deepEqual(valid({ DATABASE_URL: 'sqlite:x/p.db', DATA_DIR: '/srv' }).database, { kind: 'sqlite', file });
    assert.deepEqual(valid({ DATA_DIR: '/srv' }).database, { kind: 'sqlite', file: '/srv/parvis.sqlite' });
  });

  test('accepts a rules file of the operator', () => {
    const historical = path.join(rulesFolder, 'germany-historical.json');
    assert.equal(valid({ REGION: 'germany', REGION_RULES: historical }).rules.edition, 'historical');
  });

  test('derives the base URL from the port', () => {
    assert.equal(valid({ PORT: '4000' }).regionUrls.get('worldwide')?.origin, 'http://localhost:4000');
  });
});
