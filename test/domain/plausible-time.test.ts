import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsPassword } from '../../src/core/accounts/second-factor/own-second-factor.ts';
import { isInForce, isLeaseHeld, isPlausible } from '../../src/domain/plausible-time.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const start = Date.UTC(2026, 10, 23, 9, 0);

test('a time is plausible up to five minutes ahead of the clock', () => {
  for (const [atMs, expected] of [
    [-365 * dayMs, true],
    [0, true],
    [5 * minuteMs, true],
    [5 * minuteMs + 1, false],
    [365 * dayMs, false],
  ] as const)
    assert.equal(isPlausible(start + atMs, start), expected, String(atMs));
});

test('access is valid until its last millisecond, unless it was granted more than five minutes ahead', () => {
  for (const [fromMs, untilMs, expected] of [
    [-hourMs, 1, true],
    [-hourMs, 0, false],
    [5 * minuteMs, hourMs, true],
    [5 * minuteMs + 1, hourMs, false],
  ] as const)
    assert.equal(isInForce({ from: start + fromMs, until: start + untilMs }, start), expected, `${fromMs} ${untilMs}`);
});

test('a lease is held for at most its duration, plus five minutes in case the clock of its node is ahead', () => {
  for (const [untilMs, expected] of [
    [null, false],
    [0, false],
    [1, true],
    [minuteMs, true],
    [6 * minuteMs, true],
    [6 * minuteMs + 1, false],
    [365 * dayMs, false],
  ] as const)
    assert.equal(isLeaseHeld(untilMs === null ? null : start + untilMs, minuteMs, start), expected, String(untilMs));
});

test('the password is requested again ten minutes after authentication, or if the authentication time is implausible', () => {
  const isAsked = (authTime: number): boolean =>
    needsPassword({ clock: () => start } as never, { session: { authTime } } as never);
  for (const [atMs, expected] of [
    [-10 * minuteMs + 1, false],
    [-10 * minuteMs, true],
    [3 * secondMs, false],
    [hourMs, true],
    [365 * dayMs, true],
  ] as const)
    assert.equal(isAsked(start + atMs), expected, String(atMs));
});
