import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { read, template } from './rules-file.ts';

test('a minimum password length of 8 is valid where everyone has a second factor', () => {
  const { faults } = read({
    ...template(),
    password: { minimumLength: 8, maximumLength: 256 },
    secondFactor: 'everybody',
  });
  assert.deepEqual(faults, []);
});

describe('a fault in a rules file', () => {
  const throttle = { attempts: 5, windowMinutes: 15, blockMinutes: 15 };
  const fixed = false;
  const name = { en: 'x', fr: 'x', de: 'x' };
  const table: [what: string, path: string, change: Record<string, unknown>][] = [
    ['an unsupported format version', 'format', { format: 2 }],
    ['a revision that is not a date', 'revision', { revision: 'last week' }],
    ['a duplicate language', 'languages', { languages: ['en', 'en'] }],
    ['a default language that the region does not offer', 'defaultLanguage', { languages: ['fr'] }],
    ['a region id with an uppercase letter', 'region', { region: 'Worldwide' }],
    ['an empty edition', 'edition', { edition: '' }],
    ['a name without French', 'name.fr', { name: { en: 'x', de: 'x' } }],
    ['a name under an invalid language tag', 'name.Italian', { name: { ...name, Italian: 'x' } }],
    ['an unknown default language', 'defaultLanguage', { defaultLanguage: 'it' }],
    [
      'a place with an http URL',
      'places.there.address',
      { places: { there: { name, address: 'http://there.example' } } },
    ],
    [
      'a place with a javascript: URL',
      'places.there.address',
      { places: { there: { name, address: 'javascript:alert(1)' } } },
    ],
    ['an unknown operation', 'operations: Unrecognized key: "users.lost"', { operations: { 'users.lost': 'here' } }],
    ['an unknown placement', 'operations.users.add', { operations: { 'users.add': 'hear' } }],
    ['a placement that is not a string', 'operations.users.add', { operations: { 'users.add': true } }],
    ['a placement at an undefined place', 'operations.users.add', { operations: { 'users.add': 'elsewhere: there' } }],
    [
      'a placement named like an object property',
      'operations.users.add',
      { operations: { 'users.add': 'elsewhere: constructor' } },
    ],
    ['a placement without a place', 'operations.users.add', { operations: { 'users.add': 'elsewhere: ' } }],
    ['an unknown value of administratorsManagedBy', 'administratorsManagedBy', { administratorsManagedBy: 'nobody' }],
    [
      'a temporary password lifetime above the maximum',
      'temporaryPassword.lifetimeHours',
      { temporaryPassword: { lifetimeHours: 721, changeWithinMinutes: 15 } },
    ],
    [
      'no time to change a temporary password',
      'temporaryPassword.changeWithinMinutes',
      { temporaryPassword: { lifetimeHours: 72, changeWithinMinutes: 0 } },
    ],
    [
      'a minimum password length below 8',
      'password.minimumLength',
      { password: { minimumLength: 7, maximumLength: 256 } },
    ],
    [
      'a minimum password length below 15 without a second factor',
      'password.minimumLength',
      { password: { minimumLength: 14, maximumLength: 256 } },
    ],
    [
      'a minimum password length below 15 with a second factor for administrators only',
      'password.minimumLength',
      { password: { minimumLength: 8, maximumLength: 256 }, secondFactor: 'administrators' },
    ],
    [
      'a maximum password length below 64',
      'password.maximumLength',
      { password: { minimumLength: 15, maximumLength: 63 } },
    ],
    [
      'a minimum password length above the maximum',
      'password.minimumLength',
      { password: { minimumLength: 65, maximumLength: 64 } },
    ],
    [
      'a fractional number of attempts',
      'throttle.perAccount.attempts',
      {
        throttle: {
          perAccountAndAddress: throttle,
          perAccount: { ...throttle, attempts: 0.5 },
          perAddress: throttle,
          fixed,
        },
      },
    ],
    [
      'a missing throttle',
      'throttle.perAddress',
      { throttle: { perAccountAndAddress: throttle, perAccount: throttle, fixed } },
    ],
    [
      'a session without an absolute limit',
      'session.absoluteHours',
      { session: { idleMinutes: 30, absoluteHours: null } },
    ],
    ['an unknown second factor requirement', 'secondFactor', { secondFactor: 'sometimes' }],
    ['an unknown handover', 'handOver.by', { handOver: { by: 'shouted', linkHours: 1 } }],
    ['a link lifetime above the maximum', 'handOver.linkHours', { handOver: { by: 'link', linkHours: 10_000 } }],
    [
      'an unknown action for two administrators',
      'twoAdministrators.for.0',
      { twoAdministrators: { for: ['lunch'], deleteMoreThan: 5, withinHours: 24 } },
    ],
    [
      'a protection of former Global admins of half a day',
      'twoAdministrators.formerAdminDays',
      { twoAdministrators: { for: [], deleteMoreThan: 5, withinHours: 24, formerAdminDays: 0.5 } },
    ],
    ['a retention of zero days', 'activityLog.retentionDays', { activityLog: { retentionDays: 0 } }],
    [
      'support access above the maximum duration',
      'supportAccess.longestHours',
      { supportAccess: { grant: 'allowed', longestHours: 9999 } },
    ],
    ['an unknown rule', 'file', { allowEverything: true }],
  ];
  for (const [what, at, change] of table) {
    test(`is reported with its path: ${what}`, () => {
      const { rules, faults } = read({ ...template(), ...change });
      assert.equal(rules, null);
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.ok(`${faults[0] ?? ''}: `.startsWith(`${at}: `), `${at} in ${faults[0] ?? ''}`);
    });
  }

  test('is reported together with all other faults', () => {
    const { faults } = read({ ...template(), region: 1, operations: { 'users.add': 'hear', 'users.edit': 'their' } });
    assert.deepEqual(
      faults.map((fault) => fault.split(': ')[0]),
      ['region', 'operations.users.add', 'operations.users.edit'],
    );
  });

  for (const content of ['', '{', 'null', '[]', '"worldwide"', '42']) {
    test(`is reported if the file contains no rules: ${JSON.stringify(content)}`, () => {
      const { rules, faults } = read(content);
      assert.equal(rules, null);
      assert.ok(faults.length > 0);
    });
  }

  test('is reported without quoting the file if it is not valid JSON', () => {
    const { faults } = read('kept-secret-0123456789');
    assert.match(faults.join('\n'), /JSON/);
    assert.doesNotMatch(faults.join('\n'), /kept/);
  });
});
