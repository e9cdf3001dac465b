import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  linkLifetimeMs,
  linkToken,
  linkTokenBytes,
  isLinkValid,
  parseLinkToken,
  type LinkState,
} from '../../src/domain/people/one-time-link.ts';

const made = linkToken(Uint8Array.from({ length: linkTokenBytes }, (_, index) => index));

describe('the token of a one-time link', () => {
  it('is seven groups of four, of 140 bits, without look-alikes', () => {
    assert.match(made, /^[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){6}$/);
    assert.throws(() => linkToken(new Uint8Array(20)), RangeError);
  });

  for (const [label, typed, expected] of [
    ['as it is', made, made],
    ['in small letters', made.toLowerCase(), made],
    ['without hyphens', made.replaceAll('-', ''), made],
    ['too short', made.slice(0, -1), null],
    ['too long', `${made}A`, null],
    ['with a look-alike', made.replace('A', 'I'), null],
    ['with a space', made.replace('-', ' '), null],
    ['nothing', '', null],
  ] as const) {
    it(`read ${label}`, () => assert.equal(parseLinkToken(typed), expected));
  }
});

describe('a one-time link opens', () => {
  const standing: LinkState = {
    ...{ purpose: 'handOver', epoch: 3, createdAt: 100, expiresAt: 200, openedAt: null },
    user: { state: 'active', epoch: 3, lastSignInAt: 100 },
    tenant: { state: 'active' },
  };
  const { user } = standing;

  for (const [label, change, now, expected] of [
    ['as it was made', {}, 100, true],
    ['until its last millisecond', {}, 199, true],
    ['not from then on', {}, 200, false],
    ['not twice', { openedAt: 150 }, 150, false],
    ['not after a newer epoch', { user: { ...user, epoch: 4 } }, 150, false],
    ['not after a sign-in', { user: { ...user, lastSignInAt: 101 } }, 150, false],
    ['for somebody who never signed in', { user: { ...user, lastSignInAt: null } }, 150, true],
    ['not for somebody blocked', { user: { ...user, state: 'blocked' } }, 150, false],
    ['not for somebody deleted', { user: { ...user, state: 'deleted' } }, 150, false],
    ['not in a suspended tenant', { tenant: { state: 'suspended' } }, 150, false],
  ] as const) {
    it(label, () => assert.equal(isLinkValid({ ...standing, ...change }, now), expected));
  }
});

describe('its time', () => {
  it('is the rules’ for what is handed over, and an hour at the most for what its user waits for', () => {
    const hourMs = 3_600_000;
    assert.equal(linkLifetimeMs('handOver', 24), 24 * hourMs);
    assert.equal(linkLifetimeMs('recovery', 24), hourMs);
    assert.equal(linkLifetimeMs('recovery', 1), hourMs);
  });
});
