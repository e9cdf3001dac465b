import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { readConfig } from '../../src/platform/config/config.ts';
import { rulesFolder } from '../../src/platform/config/rules.ts';

const secret = 'a-secret-of-the-operator-with-40-letters';

function faultsOf(variables: Record<string, string | undefined>): readonly [string, ...string[]] {
  const { config, faults } = readConfig(variables);
  assert.equal(config, null);
  assert.ok(faults.length > 0);
  return faults as [string, ...string[]];
}

describe('the URL of a region', () => {
  for (const url of ['localhost', 'portal.localhost:8080', '127.0.0.1', '127.8.9.10:3000', '[::1]:3000']) {
    test(`is accepted over http on the loopback interface: http://${url}`, () => {
      assert.deepEqual(readConfig({ BASE_URL: `http://${url}` }).faults, []);
    });
  }
  const unsafe = [
    'http://company.example',
    'http://localhost.company.example',
    'http://127.0.0.1.company.example',
    'http://notlocalhost',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://[::2]',
    'ftp://localhost',
    'javascript:alert(1)',
    '//localhost',
    'localhost:3000',
    'https://company.example/portal',
    'https://company.example/?a=b',
    'https://company.example/#a',
    'https://ada:pw@company.example',
    'https://',
  ];
  for (const url of unsafe) {
    test(`is rejected if it is neither an https origin nor on the loopback interface: ${url}`, () => {
      const faults = faultsOf({ BASE_URL: url });
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.match(faults[0], /^BASE_URL: /);
      assert.match(faultsOf({ REGION_URLS: `germany=${url}` }).join('\n'), /^REGION_URLS: .*https/);
    });
  }
});

describe('an invalid setting', () => {
  const table: [name: string, ...values: string[]][] = [
    ['PORT', '0', '65536', '-1', '3000.5', 'http', '80 80', 'NaN'],
    ['REGION_URLS', 'germany', 'germany=', '=https://a.example', 'Germany=https://a.example', 'a b=https://a.example'],
    ['DATABASE_URL', 'mysql://u:hidden@h/d', 'sqlite:', '/var/lib/p.db', 'memory', 'postgre://db/parvis'],
    ['REDIS_URL', 'http://cache', 'cache:6379', 'redis'],
    ['SESSION_SECRETS', 'short', `${secret},short`, `${secret},`, ','],
    ['SECOND_FACTOR_KEYS', 'short', `${secret},short`, `${secret},`, ','],
    ['TRUST_PROXY', 'true', '-1', '11', '1.5', 'loopback'],
    ['SMTP_URL', 'http://mail', 'mail'],
    ['STOP_NOTICE_SECONDS', '2s', '-1', '601', '1.5'],
    ['STOP_GRACE_SECONDS', 'x', '-1', '601'],
    ['LOG_LEVEL', 'verbose', 'INFO', '__proto__'],
    ['REGION', 'atlantis', '../worldwide', 'Worldwide', 'germany-historical', '__proto__', 'constructor'],
    ['REGION_RULES', '/nowhere/rules.json', '/', path.join(rulesFolder, 'germany.json')],
  ];
  for (const [name, ...values] of table) {
    for (const value of values) {
      test(`is reported with its variable: ${name}=${value}`, () => {
        const faults = faultsOf({ [name]: value });
        assert.equal(faults.length, 1, faults.join('\n'));
        assert.ok(faults[0].startsWith(`${name}: `), faults[0]);
        assert.doesNotMatch(faults[0], /\n|undefined|\[object/);
      });
    }
  }
});

describe('configuration faults', () => {
  test('include a missing SESSION_SECRETS with PostgreSQL', () => {
    for (const url of ['postgres://db/parvis', 'postgresql://db/parvis']) {
      assert.deepEqual(faultsOf({ DATABASE_URL: url }), ['SESSION_SECRETS: is required with PostgreSQL']);
    }
  });

  test('include different URLs for the region in BASE_URL and REGION_URLS', () => {
    const variables = { BASE_URL: 'https://a.example', REGION_URLS: 'worldwide=https://b.example' };
    assert.deepEqual(faultsOf(variables), ['REGION_URLS: the URL of worldwide must equal BASE_URL']);
  });

  const names = [
    'PORT',
    'BASE_URL',
    'REGION',
    'REGION_URLS',
    'DATABASE_URL',
    'REDIS_URL',
    'SESSION_SECRETS',
    'SECOND_FACTOR_KEYS',
  ];
  const more = ['TRUST_PROXY', 'SMTP_URL', 'MAIL_FROM', 'LOG_LEVEL'];

  test('are all reported together, one line each', () => {
    const faults = faultsOf(Object.fromEntries([...names, ...more].map((name) => [name, 'x'])));
    for (const name of [...names, ...more]) {
      assert.equal(
        faults.filter((fault) => fault.startsWith(`${name}: `)).length,
        1,
        `${name} in\n${faults.join('\n')}`,
      );
    }
  });

  test('include conflicts between settings and faults of the rules file', () => {
    const faults = faultsOf({
      PORT: 'x',
      DATABASE_URL: 'postgres://db/parvis',
      REGION_RULES: path.join(rulesFolder, '../package.json'),
      REGION_URLS: 'germany=http://company.example,nonsense',
    });
    for (const start of [
      'PORT: ',
      'SESSION_SECRETS: ',
      'REGION_RULES: ',
      'REGION_URLS: germany',
      'REGION_URLS: entry 2',
    ]) {
      assert.ok(
        faults.some((fault) => fault.startsWith(start)),
        `${start} in\n${faults.join('\n')}`,
      );
    }
  });

  test('include conflicting URLs even if the port is invalid', () => {
    const urls = { BASE_URL: 'https://a.example', REGION_URLS: 'worldwide=https://b.example' };
    const faults = faultsOf({ ...urls, PORT: 'x' });
    assert.ok(faults.includes('REGION_URLS: the URL of worldwide must equal BASE_URL'), faults.join('\n'));
  });

  test('never contain a secret', () => {
    const hidden = 'hidden-0123456789';
    const faults = faultsOf({
      BASE_URL: `https://ada:${hidden}@company.example`,
      REGION_URLS: `germany=http://ada:${hidden}@company.example`,
      DATABASE_URL: `mysql://ada:${hidden}@db/parvis`,
      REDIS_URL: `http://ada:${hidden}@cache`,
      SESSION_SECRETS: hidden,
      SMTP_URL: `http://ada:${hidden}@mail`,
    });
    assert.equal(faults.length, 6, faults.join('\n'));
    assert.doesNotMatch(faults.join('\n'), /hidden/);
  });
});
