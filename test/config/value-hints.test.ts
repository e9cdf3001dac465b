import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readConfig } from '../../src/platform/config/config.ts';
import { misspelledSettings } from '../../src/platform/config/misspelled-settings.ts';

const secrets = 'a-secret-of-the-operator-with-40-letters';
const required = { SESSION_SECRETS: secrets, MAIL_FROM: 'portal@company.example' };
const encoding =
  /^\w+: is not a valid URL; in the user name and password, write # as %23, @ as %40, \/ as %2F, : as %3A/;
const quotes = /^\w+: must not be in quotation marks, which docker --env-file passes on/;
const zone = /^TZ: is not a time zone such as Europe\/Paris$/;

describe('a setting with a common mistake is rejected with the correction', () => {
  const table: [name: string, value: string, error: RegExp][] = [
    ...['DATABASE_URL', 'REDIS_URL', 'SMTP_URL'].flatMap((name): [string, string, RegExp][] => {
      const scheme = { DATABASE_URL: 'postgres', REDIS_URL: 'rediss', SMTP_URL: 'smtps' }[name];
      return [
        [name, `${scheme}://ada:ca#nary@db.example/parvis`, encoding],
        [name, `${scheme}://ada:12#canary@db.example/parvis`, encoding],
        [name, `${scheme}://ada:1/canary@db.example/parvis`, encoding],
        [name, `${scheme}://ada:12?canary@db.example/parvis`, encoding],
        [name, `${scheme}://ada:ca/nary@db.example/parvis`, encoding],
        [name, `"${scheme}://ada:canary@db.example"`, quotes],
        [name, `'${scheme}://ada:canary@db.example'`, quotes],
      ];
    }),
    ['SESSION_SECRETS', `"${secrets}"`, quotes],
    ['DATA_DIR', "'/var/lib/canary'", quotes],
    ['MAIL_FROM', '"canary@company.example"', quotes],
    ['REGION', '"germany"', quotes],
    ['PORT', '"3000"', quotes],
    ['PORT', 'http', /^PORT: must be a whole number from 1 to 65535$/],
    ['TRUST_PROXY', 'loopback', /^TRUST_PROXY: must be a whole number from 0 to 10$/],
    ['TRUST_PROXY', 'true', /^TRUST_PROXY: must be a whole number from 0 to 10$/],
    ['TZ', 'Europe/Pariss', zone],
    ['TZ', 'CEST', zone],
    ['TZ', '"Europe/Paris"', quotes],
  ];
  for (const [name, value, error] of table) {
    test(`${name}=${value.replace('canary', '…')}`, () => {
      const { config, faults } = readConfig({ ...required, [name]: value });
      assert.equal(config, null);
      const own = faults.filter((each) => each.startsWith(`${name}: `));
      assert.equal(own.length, 1, faults.join('\n'));
      assert.match(own[0] ?? '', error);
      assert.doesNotMatch(faults.join('\n'), /canary|nary@/);
    });
  }
});

describe('a setting with a valid value is accepted', () => {
  const table: [name: string, value: string][] = [
    ['DATABASE_URL', 'postgres://ada:ca%23n%40ry%2F@db.example:5432/parvis?sslmode=require'],
    ['DATABASE_URL', 'postgres://ada:p@ss@db.example/parvis'],
    ['DATABASE_URL', 'postgresql:///parvis?host=/var/run/postgresql'],
    ['DATABASE_URL', 'postgresql://ada:secret@/parvis?host=/var/run/postgresql'],
    ['DATABASE_URL', 'sqlite:/data/p#1@x.sqlite'],
    ['REDIS_URL', 'redis://:pass%23word@cache.example:6379/2'],
    ['SMTP_URL', 'smtp://ada%40company.example:pa%3Ass@mail.example:587'],
    ['MAIL_FROM', '"Éditions, Lumière" <portal@company.example>'],
    ['TZ', 'Europe/Paris'],
    ['TZ', ':Europe/Paris'],
    ['TZ', 'UTC'],
    ['TZ', ':/etc/localtime'],
    ['TRUST_PROXY', '1'],
  ];
  for (const [name, value] of table)
    test(`${name}=${value}`, () => assert.deepEqual(readConfig({ ...required, [name]: value }).faults, []));
});

describe('a variable that looks like a misspelled setting', () => {
  for (const [name, meant] of [
    ['REDIS_ULR', 'REDIS_URL'],
    ['REDISURL', 'REDIS_URL'],
    ['redis_url', 'REDIS_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['SESSION_SECRET', 'SESSION_SECRETS'],
    ['SECOND_FACTORS_KEY', 'SECOND_FACTOR_KEYS'],
    ['TRUSTED_PROXY', 'TRUST_PROXY'],
    ['PARVIS_PORT', 'PORT'],
    ['PROT', 'PORT'],
    ['REGOIN', 'REGION'],
  ] as const) {
    test(`is named with the setting: ${name}`, () =>
      assert.deepEqual(misspelledSettings({ [name]: 'canary' }), [
        `${name} is not a setting of Parvis and is ignored. Did you mean ${meant}?`,
      ]));
  }

  test('is not reported if it is a setting or a common variable', () => {
    const common = [
      'PATH',
      'HOME',
      'HOSTNAME',
      'USER',
      'PWD',
      'LANG',
      'TZ',
      'NODE_ENV',
      'NODE_OPTIONS',
      'SHELL',
      'TERM',
    ];
    const others = [
      'PGHOST',
      'PGPORT',
      'LOGNAME',
      'MAIL',
      'LOG_FILE',
      'NODE_PATH',
      'XDG_DATA_DIRS',
      'npm_config_loglevel',
    ];
    const settings = ['PORT', 'REDIS_URL', 'DATABASE_URL', 'LOG_LEVEL'];
    const names = [...common, ...others, ...settings];
    assert.deepEqual(misspelledSettings(Object.fromEntries(names.map((name) => [name, 'x']))), []);
  });
});
