import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { copies } from '../support/copies.ts';
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
  it('has seven groups of four characters, 140 bits of entropy and no look-alike characters', () => {
    assert.match(made, /^[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){6}$/);
    assert.throws(() => linkToken(new Uint8Array(20)), RangeError);
  });

  for (const [label, typed, expected] of [
    ['unchanged', made, made],
    ['in lowercase', made.toLowerCase(), made],
    ['without hyphens', made.replaceAll('-', ''), made],
    ['if it is too short', made.slice(0, -1), null],
    ['if it is too long', `${made}A`, null],
    ['with a look-alike character', made.replace('A', 'I'), null],
    ['with a space', made.replace('-', ' '), null],
    ['if it is empty', '', null],
  ] as const) {
    it(`${expected === null ? 'is rejected' : 'is accepted'} ${label}`, () =>
      assert.equal(parseLinkToken(typed), expected));
  }
  for (const [label, typed] of copies(made).all)
    it(`is accepted when copied ${label}`, () => assert.equal(parseLinkToken(typed), made));
  it('is rejected with a letter after the punctuation', () => assert.equal(parseLinkToken(`${made}.x`), null));
});

describe('the validity of a one-time link', () => {
  const standing: LinkState = {
    ...{ purpose: 'handOver', epoch: 3, createdAt: 100, expiresAt: 200, openedAt: null },
    user: { state: 'active', epoch: 3, lastSignInAt: 100 },
    tenant: { state: 'active' },
  };
  const { user } = standing;
  const issued = { expiresAt: 400_000, user: { ...user, lastSignInAt: null } };

  for (const [label, change, now, expected] of [
    ['starts at its creation', {}, 100, true],
    ['lasts until its last millisecond', {}, 199, true],
    ['ends at its expiration', {}, 200, false],
    ['ends when it is opened', { openedAt: 150 }, 150, false],
    ['ends with a newer epoch of the user', { user: { ...user, epoch: 4 } }, 150, false],
    ['ends when the user signs in', { user: { ...user, lastSignInAt: 101 } }, 150, false],
    ['exists for a user who has never signed in', { user: { ...user, lastSignInAt: null } }, 150, true],
    ['exists for a link from a node whose clock is five minutes ahead', { ...issued, createdAt: 300_100 }, 100, true],
    ['does not exist if that clock is more than five minutes ahead', { ...issued, createdAt: 300_101 }, 100, false],
    ['does not exist for a blocked user', { user: { ...user, state: 'blocked' } }, 150, false],
    ['does not exist for a deleted user', { user: { ...user, state: 'deleted' } }, 150, false],
    ['does not exist in a suspended tenant', { tenant: { state: 'suspended' } }, 150, false],
  ] as const) {
    it(label, () => assert.equal(isLinkValid({ ...standing, ...change }, now), expected));
  }
});

describe('the lifetime of a one-time link', () => {
  it('comes from the rules, but is at most one hour for self-service links', () => {
    const hourMs = 3_600_000;
    assert.equal(linkLifetimeMs('handOver', 24), 24 * hourMs);
    assert.equal(linkLifetimeMs('recovery', 24), hourMs);
    assert.equal(linkLifetimeMs('recovery', 1), hourMs);
  });
});
