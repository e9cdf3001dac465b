import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readRules, rulesFolder } from '../../src/config/rules.ts';
import { boundsOf, ownNumberNames, ownNumbers, tightened, type OwnRules } from '../../src/domain/own-rules.ts';
import type { RegionRules } from '../../src/domain/regions.ts';

const packs = readdirSync(rulesFolder)
  .filter((file) => file.endsWith('.json') && file !== 'schema.json')
  .map((file): [string, RegionRules] => [file, readRules(path.join(rulesFolder, file)).rules!]);

const anything = fc.record(
  Object.fromEntries(ownNumberNames.map((name) => [name, fc.integer({ min: -10, max: 100_000 })])),
  { requiredKeys: [] },
) as fc.Arbitrary<OwnRules>;

for (const [file, rules] of packs) {
  describe(`a tenant under ${file}`, () => {
    test('is never looser than its region, whatever is kept of its own', () => {
      fc.assert(
        fc.property(anything, (own) => {
          const result = tightened(rules, own);
          for (const name of ownNumberNames) {
            const { of, stricter } = ownNumbers[name];
            if (stricter === 'less') assert.ok(of(result) <= of(rules) && of(result) >= 1, name);
            else assert.ok(of(result) >= of(rules), name);
          }
          assert.ok(result.password.minimumLength < result.password.maximumLength);
          assert.deepEqual(result.operations, rules.operations);
        }),
      );
    });

    test('has its own numbers where they are stricter', () => {
      for (const name of ownNumberNames) {
        const { least, most } = boundsOf(name, rules);
        for (const value of [least, most])
          assert.equal(ownNumbers[name].of(tightened(rules, { [name]: value })), value);
      }
    });

    test('keeps the region’s rules where it says nothing', () => {
      assert.deepEqual(tightened(rules, {}), rules);
    });
  });
}

test('numbers that a region fixes are the same for everybody', () => {
  const china = packs.find(([file]) => file === 'china.json')?.[1];
  assert.ok(china?.throttle.fixed);
  const { attempts } = china.throttle.perAccountAndAddress;
  assert.equal(tightened(china, { attempts: 1 }).throttle.perAccountAndAddress.attempts, attempts);
});
