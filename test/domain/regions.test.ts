import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  absoluteLimitMs,
  passwordChangeWindowMs,
  idleLimitMs,
  isUserOperation,
  languageTag,
  temporaryPasswordLifetimeMs,
  userOperations,
  type RegionRules,
} from '../../src/domain/regions.ts';

const rules = {
  temporaryPassword: { lifetimeHours: 72, changeWithinMinutes: 15 },
  session: { idleMinutes: 30, absoluteHours: 12 },
} as unknown as RegionRules;

test('rule durations are converted to milliseconds', () => {
  assert.equal(temporaryPasswordLifetimeMs(rules), 259_200_000);
  assert.equal(passwordChangeWindowMs(rules), 900_000);
  assert.equal(idleLimitMs(rules), 1_800_000);
  assert.equal(absoluteLimitMs(rules), 43_200_000);
});

test('a language tag has the form of BCP 47', () => {
  for (const tag of ['en', 'pt-BR', 'zh-Hans', 'zh-Hant-TW', 'gsw']) assert.match(tag, languageTag);
  for (const other of ['', 'EN', 'e', 'en_GB', '__proto__', 'constructor', 'en-', '../en']) {
    assert.doesNotMatch(other, languageTag);
  }
});

test('isUserOperation accepts only the operations that a region decides on', () => {
  for (const operation of userOperations) assert.equal(isUserOperation(operation), true);
  for (const other of ['', 'users', 'users.List', 'dashboard.view', 'toString', '__proto__']) {
    assert.equal(isUserOperation(other), false, other);
  }
});
