import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readRules, rulesFolder } from '../../src/platform/config/rules.ts';
import {
  boundsOf,
  choiceRuleNames,
  choiceRules,
  numericRuleNames,
  numericRules,
  stricterChoices,
  effectiveRules,
  type TenantRules,
} from '../../src/domain/tenant-rules.ts';
import type { RegionRules } from '../../src/domain/regions.ts';

const packs = readdirSync(rulesFolder)
  .filter((file) => file.endsWith('.json') && file !== 'schema.json')
  .map((file): [string, RegionRules] => [file, readRules(path.join(rulesFolder, file)).rules!]);

const everyChoice = [...new Set(Object.values(choiceRules).flatMap(({ choices }) => [...choices])), '__proto__', ''];
const anything = fc.record(
  Object.fromEntries<fc.Arbitrary<number | string>>([
    ...numericRuleNames.map((name) => [name, fc.integer({ min: -10, max: 100_000 })] as const),
    ...choiceRuleNames.map((name) => [name, fc.constantFrom(...everyChoice)] as const),
  ]),
  { requiredKeys: [] },
) as fc.Arbitrary<TenantRules>;
const rankOf = (name: (typeof choiceRuleNames)[number], rules: RegionRules): number =>
  (choiceRules[name].choices as readonly string[]).indexOf(choiceRules[name].of(rules));

for (const [file, rules] of packs) {
  describe(`a tenant's own rules under ${file}`, () => {
    test("never loosen the region's rules, regardless of the stored values", () => {
      fc.assert(
        fc.property(anything, (own) => {
          const result = effectiveRules(rules, own);
          for (const name of numericRuleNames) {
            const { of, stricter } = numericRules[name];
            if (stricter === 'less') assert.ok(of(result) <= of(rules) && of(result) >= 1, name);
            else assert.ok(of(result) >= of(rules), name);
          }
          assert.ok(result.password.minimumLength < result.password.maximumLength);
          for (const name of choiceRuleNames) assert.ok(rankOf(name, result) >= rankOf(name, rules), name);
          const { 'users.export': _, ...others } = result.operations;
          const { 'users.export': __, ...before } = rules.operations;
          assert.deepEqual(others, before);
        }),
      );
    });

    for (const kept of ['x', '9', '', 1.5, -0.5, NaN, Infinity, null, [], [1], {}, true]) {
      test(`fall back to the region's numbers if the stored value is not an integer: ${inspect(kept)}`, () => {
        const own = Object.fromEntries(numericRuleNames.map((name) => [name, kept])) as TenantRules;
        const result = effectiveRules(rules, own);
        for (const name of numericRuleNames)
          assert.equal(numericRules[name].of(result), numericRules[name].of(rules), name);
      });
    }

    test('are limited to their bounds, whatever number is stored', () => {
      for (const kept of [-1e308, Number.MIN_SAFE_INTEGER, -1, 0, Number.MAX_SAFE_INTEGER, 1e308])
        for (const name of numericRuleNames) {
          const { least, most } = boundsOf(name, rules);
          const result = numericRules[name].of(effectiveRules(rules, { [name]: kept }));
          assert.ok(result >= least && result <= most, `${name}: ${result}`);
        }
    });

    test('apply if their numbers are stricter', () => {
      for (const name of numericRuleNames) {
        const { least, most } = boundsOf(name, rules);
        for (const value of [least, most])
          assert.equal(numericRules[name].of(effectiveRules(rules, { [name]: value })), value);
      }
    });

    test('apply if their choices are stricter', () => {
      for (const name of choiceRuleNames) {
        for (const value of stricterChoices(name, rules))
          assert.equal(choiceRules[name].of(effectiveRules(rules, { [name]: value })), value, name);
      }
    });

    test("leave the region's rules unchanged if none are set", () => {
      assert.deepEqual(effectiveRules(rules, {}), rules);
    });
  });
}

test('tenants cannot change numbers that their region fixes', () => {
  const china = packs.find(([file]) => file === 'china.json')?.[1];
  assert.ok(china?.throttle.fixed);
  const { attempts } = china.throttle.perAccountAndAddress;
  assert.equal(effectiveRules(china, { attempts: 1 }).throttle.perAccountAndAddress.attempts, attempts);
});
