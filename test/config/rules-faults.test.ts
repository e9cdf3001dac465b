import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { read, template } from './rules-file.ts';

describe('a faulty file names the path of each fault:', () => {
  const throttle = { attempts: 5, windowMinutes: 15, blockMinutes: 15 };
  const fixed = false;
  const name = { en: 'x', fr: 'x', de: 'x' };
  const table: [what: string, path: string, change: Record<string, unknown>][] = [
    ['a form of another version', 'format', { format: 2 }],
    ['a revision that is no day', 'revision', { revision: 'last week' }],
    ['a language twice', 'languages', { languages: ['en', 'en'] }],
    ['a default that is not offered', 'defaultLanguage', { languages: ['fr'] }],
    ['a region with a capital', 'region', { region: 'Worldwide' }],
    ['no edition', 'edition', { edition: '' }],
    ['a name without French', 'name.fr', { name: { en: 'x', de: 'x' } }],
    ['a name in a language that has no tag', 'name.Italian', { name: { ...name, Italian: 'x' } }],
    ['a language that is not offered', 'defaultLanguage', { defaultLanguage: 'it' }],
    ['a place over http', 'places.there.address', { places: { there: { name, address: 'http://there.example' } } }],
    [
      'a place that is a script',
      'places.there.address',
      { places: { there: { name, address: 'javascript:alert(1)' } } },
    ],
    ['a misspelt operation', 'operations: Unrecognized key: "users.lost"', { operations: { 'users.lost': 'here' } }],
    ['a misspelt placement', 'operations.users.add', { operations: { 'users.add': 'hear' } }],
    ['a placement that is no text', 'operations.users.add', { operations: { 'users.add': true } }],
    ['a place that is not described', 'operations.users.add', { operations: { 'users.add': 'elsewhere: there' } }],
    ['a place of JavaScript’s own', 'operations.users.add', { operations: { 'users.add': 'elsewhere: constructor' } }],
    ['a place without a name', 'operations.users.add', { operations: { 'users.add': 'elsewhere: ' } }],
    ['unknown managers', 'administratorsManagedBy', { administratorsManagedBy: 'nobody' }],
    [
      'an endless temporary password',
      'temporaryPassword.lifetimeHours',
      { temporaryPassword: { lifetimeHours: 721, changeWithinMinutes: 15 } },
    ],
    [
      'no time to change',
      'temporaryPassword.changeWithinMinutes',
      { temporaryPassword: { lifetimeHours: 72, changeWithinMinutes: 0 } },
    ],
    ['short passwords', 'password.minimumLength', { password: { minimumLength: 7, maximumLength: 256 } }],
    ['a low ceiling', 'password.maximumLength', { password: { minimumLength: 15, maximumLength: 63 } }],
    ['a floor above the ceiling', 'password.minimumLength', { password: { minimumLength: 65, maximumLength: 64 } }],
    [
      'half an attempt',
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
    ['a session without end', 'session.absoluteHours', { session: { idleMinutes: 30, absoluteHours: null } }],
    ['an unknown second factor', 'secondFactor', { secondFactor: 'sometimes' }],
    ['an unknown way to hand over', 'handOver.by', { handOver: { by: 'shouted', linkHours: 1 } }],
    ['a link for years', 'handOver.linkHours', { handOver: { by: 'link', linkHours: 10_000 } }],
    [
      'an act that no second administrator is asked for',
      'twoAdministrators.for.0',
      { twoAdministrators: { for: ['lunch'], deleteMoreThan: 5, withinHours: 24 } },
    ],
    ['a log that is kept for no time', 'activityLog.retentionDays', { activityLog: { retentionDays: 0 } }],
    ['support without end', 'supportAccess.longestHours', { supportAccess: { grant: 'allowed', longestHours: 9999 } }],
    ['something that no rule is', 'file', { allowEverything: true }],
  ];
  for (const [what, at, change] of table) {
    test(what, () => {
      const { rules, faults } = read({ ...template(), ...change });
      assert.equal(rules, null);
      assert.equal(faults.length, 1, faults.join('\n'));
      assert.ok(`${faults[0] ?? ''}: `.startsWith(`${at}: `), `${at} in ${faults[0] ?? ''}`);
    });
  }

  test('all of them at once', () => {
    const { faults } = read({ ...template(), region: 1, operations: { 'users.add': 'hear', 'users.edit': 'their' } });
    assert.deepEqual(
      faults.map((fault) => fault.split(': ')[0]),
      ['region', 'operations.users.add', 'operations.users.edit'],
    );
  });

  for (const content of ['', '{', 'null', '[]', '"worldwide"', '42']) {
    test(`no rules: ${JSON.stringify(content)}`, () => {
      const { rules, faults } = read(content);
      assert.equal(rules, null);
      assert.ok(faults.length > 0);
    });
  }

  test('a file that holds something else is not quoted', () => {
    const { faults } = read('kept-secret-0123456789');
    assert.match(faults.join('\n'), /JSON/);
    assert.doesNotMatch(faults.join('\n'), /kept/);
  });
});
