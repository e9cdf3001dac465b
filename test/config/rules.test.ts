import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { builtInRulesFile, readRules, regionName, rulesFolder } from '../../src/config/rules.ts';
import { languages, userOperations, type RegionRules } from '../../src/domain/regions.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parvis-rules-'));
after(() => rmSync(folder, { recursive: true }));

interface RulesFile extends Record<string, unknown> {
  operations: Record<string, unknown>;
  places: Record<string, unknown>;
}

const template = (): RulesFile =>
  JSON.parse(readFileSync(path.join(rulesFolder, 'worldwide.json'), 'utf8')) as RulesFile;

function read(content: string | object): ReturnType<typeof readRules> {
  const file = path.join(folder, 'rules.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return readRules(file);
}

function accepted(content: object): RegionRules {
  const { rules, faults } = read(content);
  assert.deepEqual(faults, []);
  return rules!;
}

describe('the rules that come with Parvis', () => {
  const files = readdirSync(rulesFolder).filter((file) => file.endsWith('.json') && file !== 'schema.json');

  test('are those of the four regions, and the historical edition of one', () => {
    const names = ['china.json', 'germany-historical.json', 'germany.json', 'us-government.json', 'worldwide.json'];
    assert.deepEqual(files.sort(), names);
  });

  for (const file of files) {
    test(`${file} is without a fault, names every operation and keeps to the figures`, () => {
      const { rules, faults } = readRules(path.join(rulesFolder, file));
      assert.deepEqual(faults, []);
      const content = JSON.parse(readFileSync(path.join(rulesFolder, file), 'utf8')) as RulesFile;
      assert.deepEqual(Object.keys(content.operations).sort(), [...userOperations].sort());
      assert.ok(rules!.password.minimumLength >= 15 && rules!.password.maximumLength >= 64);
      assert.ok(rules!.throttle.perAccountAndAddress.attempts <= 5);
      assert.ok(rules!.throttle.perAccount.attempts <= 100);
      assert.ok(rules!.temporaryPassword.lifetimeHours <= 72);
      assert.ok(rules!.temporaryPassword.changeWithinMinutes <= 15);
      assert.ok(rules!.session.idleMinutes <= 30 && rules!.session.absoluteHours <= 12);
    });
  }

  const placed = (file: string): string[] => {
    const { rules } = readRules(path.join(rulesFolder, file));
    return userOperations
      .filter((operation) => operation !== 'users.resetPassword')
      .map((each) => rules!.operations[each].at);
  };
  const all = (at: string): string[] => userOperations.slice(1).map(() => at);
  const resetIn = (file: string): string =>
    readRules(path.join(rulesFolder, file)).rules!.operations['users.resetPassword'].at;

  test('place user management as the contract says', () => {
    assert.deepEqual(placed('worldwide.json'), all('here'));
    assert.deepEqual(placed('germany.json'), all('here'));
    assert.deepEqual(placed('germany-historical.json'), all('elsewhere'));
    assert.deepEqual(placed('us-government.json'), all('elsewhere'));
    assert.deepEqual(placed('china.json'), all('here'));
  });

  test('place the reset of a password as the contract says', () => {
    const regions = ['worldwide', 'germany', 'germany-historical', 'us-government', 'china'];
    const places = regions.map((region) => resetIn(`${region}.json`));
    assert.deepEqual(places, ['here', 'here', 'elsewhere', 'elsewhere', 'alone']);
  });

  test('are found by the region alone, and never by a path', () => {
    for (const region of ['worldwide', 'germany', 'us-government', 'china']) assert.ok(builtInRulesFile(region));
    for (const other of ['germany-historical', '../package', '', '__proto__'])
      assert.equal(builtInRulesFile(other), null);
  });

  test('name their region in every language; a region of the operator’s own goes by its id', () => {
    assert.deepEqual(
      languages.map((language) => regionName('germany', language)),
      ['Germany', 'Allemagne', 'Deutschland'],
    );
    assert.equal(regionName('atlantis', 'fr'), 'atlantis');
  });
});

describe('silence means no', () => {
  test('an operation that a file does not name is done by nobody', () => {
    for (const operation of userOperations) {
      const file = template();
      const others = Object.entries(file.operations).filter(([name]) => name !== operation);
      const { operations } = accepted({ ...file, operations: Object.fromEntries(others) });
      assert.deepEqual(operations[operation], { at: 'nobody' });
      assert.equal(Object.values(operations).filter(({ at }) => at === 'here').length, userOperations.length - 1);
    }
  });

  test('no operation at all is still a full set of answers', () => {
    const { operations } = accepted({ ...template(), operations: {} });
    assert.deepEqual(Object.keys(operations), [...userOperations]);
    assert.ok(Object.values(operations).every(({ at }) => at === 'nobody'));
  });
});

test('a place is said in every language, with its address', () => {
  const name = { en: 'there', fr: 'là-bas', de: 'dort' };
  const file = { ...template(), places: { there: { name, address: 'https://there.example' } } };
  file.operations['users.resetPassword'] = 'elsewhere: there';
  const placement = accepted(file).operations['users.resetPassword'];
  assert.deepEqual(placement, { at: 'elsewhere', place: name, address: 'https://there.example' });
});

test('rules cannot be changed, however deep', () => {
  const rules = accepted(template());
  assert.throws(() => Object.assign(rules.operations['users.list'], { at: 'nobody' }), TypeError);
  assert.throws(() => Object.assign(rules.throttle.perAccount, { attempts: 1e9 }), TypeError);
});

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
    ['a name in a language that is not offered', 'name', { name: { ...name, it: 'x' } }],
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
