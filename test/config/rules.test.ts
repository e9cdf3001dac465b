import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { builtInRulesFile, readRules, regionName, rulesFolder } from '../../src/platform/config/rules.ts';
import { userOperations, type RegionRules } from '../../src/domain/regions.ts';
import { languages } from '../locales/catalogue.ts';
import { read, template, type RulesFile } from './rules-file.ts';

function accepted(content: object): RegionRules {
  const { rules, faults } = read(content);
  assert.deepEqual(faults, []);
  return rules!;
}

describe('the built-in rules', () => {
  const files = readdirSync(rulesFolder).filter((file) => file.endsWith('.json') && file !== 'schema.json');

  test('cover the four regions and one historical edition', () => {
    const names = ['china.json', 'germany-historical.json', 'germany.json', 'us-government.json', 'worldwide.json'];
    assert.deepEqual(files.sort(), names);
  });

  for (const file of files) {
    test(`${file} is valid, lists every operation and stays within the recommended limits`, () => {
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

  test('place user management elsewhere only in the historical edition and in US Government', () => {
    assert.deepEqual(placed('worldwide.json'), all('here'));
    assert.deepEqual(placed('germany.json'), all('here'));
    assert.deepEqual(placed('germany-historical.json'), all('elsewhere'));
    assert.deepEqual(placed('us-government.json'), all('elsewhere'));
    assert.deepEqual(placed('china.json'), all('here'));
  });

  test('place password resets elsewhere in the same two editions, and leave them to the users in China', () => {
    const regions = ['worldwide', 'germany', 'germany-historical', 'us-government', 'china'];
    const places = regions.map((region) => resetIn(`${region}.json`));
    assert.deepEqual(places, ['here', 'here', 'elsewhere', 'elsewhere', 'alone']);
  });

  test('are found only by a region id, never by a path', () => {
    for (const region of ['worldwide', 'germany', 'us-government', 'china']) assert.ok(builtInRulesFile(region));
    for (const other of ['germany-historical', '../package', '', '__proto__'])
      assert.equal(builtInRulesFile(other), null);
  });

  test('name their region in every language, while an unknown region is shown by its id', () => {
    assert.deepEqual(
      languages.map((language) => regionName('germany', language)),
      [
        { text: 'Germany', language: 'en' },
        { text: 'Allemagne', language: 'fr' },
        { text: 'Deutschland', language: 'de' },
      ],
    );
    assert.deepEqual(regionName('atlantis', 'fr'), { text: 'atlantis', language: 'fr' });
  });
});

describe('an operation that the rules do not list', () => {
  test('is denied', () => {
    for (const operation of userOperations) {
      const file = template();
      const others = Object.entries(file.operations).filter(([name]) => name !== operation);
      const { operations } = accepted({ ...file, operations: Object.fromEntries(others) });
      assert.deepEqual(operations[operation], { at: 'nobody' });
      assert.equal(Object.values(operations).filter(({ at }) => at === 'here').length, userOperations.length - 1);
    }
  });

  test('is denied even if the file lists no operations at all', () => {
    const { operations } = accepted({ ...template(), operations: {} });
    assert.deepEqual(Object.keys(operations), [...userOperations]);
    assert.ok(Object.values(operations).every(({ at }) => at === 'nobody'));
  });
});

describe('optional permissions', () => {
  test('for log exports and support access are denied if the rules omit them', () => {
    const { supportAccess: _, activityLog: __, ...others } = template();
    const rules = accepted({ ...others, activityLog: { retentionDays: 30 } });
    assert.equal(rules.activityLog.export, 'forbidden');
    assert.equal(rules.supportAccess.grant, 'forbidden');
    assert.equal(accepted({ ...template(), supportAccess: { longestHours: 5 } }).supportAccess.grant, 'forbidden');
  });
});

test('a placement elsewhere includes the URL of the place and its name in every language', () => {
  const name = { en: 'there', fr: 'là-bas', de: 'dort' };
  const file = { ...template(), places: { there: { name, address: 'https://there.example' } } };
  file.operations['users.resetPassword'] = 'elsewhere: there';
  const placement = accepted(file).operations['users.resetPassword'];
  assert.deepEqual(placement, { at: 'elsewhere', place: name, address: 'https://there.example' });
});

test('rules are deeply immutable', () => {
  const rules = accepted(template());
  assert.throws(() => Object.assign(rules.operations['users.list'], { at: 'nobody' }), TypeError);
  assert.throws(() => Object.assign(rules.throttle.perAccount, { attempts: 1e9 }), TypeError);
});
