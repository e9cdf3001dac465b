import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/platform/database/digest.ts';
import {
  createChainVerifier,
  entryHash,
  personalDataDigest,
  type FoundEntry,
} from '../../src/domain/activity/chain.ts';

function aChain(length: number): FoundEntry[] {
  const entries: FoundEntry[] = [];
  for (let place = 1; place <= length; place++) {
    const personal = `{"address":"192.0.2.${place}"}`;
    const entry = {
      ...{ place, tenantId: 'tenant', at: 1_000 + place, kind: 'signIn.succeeded', data: '{}' },
      ...{ actorId: 'actor', targetId: null, requestId: `request ${place}` },
      personalDigest: personalDataDigest(personal, 'salt', sha256),
    };
    const hash = entryHash(entry, entries.at(-1)?.hash ?? '', sha256);
    entries.push({ ...entry, hash, personal, personalSalt: 'salt' });
  }
  return entries;
}

function faultOf(entries: readonly FoundEntry[], whole = aChain(5)) {
  const check = createChainVerifier(sha256);
  for (const entry of entries) {
    const fault = check.next(entry);
    if (fault) return fault;
  }
  return check.end(whole.length, whole.at(-1)?.hash ?? '');
}

const changed = (change: (entries: FoundEntry[]) => void): FoundEntry[] => {
  const entries = aChain(5);
  change(entries);
  return entries;
};
const replace = (index: number, fields: Partial<FoundEntry>) => (entries: FoundEntry[]) => {
  entries[index] = { ...(entries[index] as FoundEntry), ...fields };
};

describe('the hash chain of an activity log', () => {
  it('is valid as recorded', () => assert.equal(faultOf(aChain(5)), null));

  it('remains valid after personal data has been erased', () => {
    assert.equal(faultOf(changed(replace(2, { personal: null, personalSalt: null }))), null);
  });

  const table: Record<string, [FoundEntry[], object]> = {
    'a changed timestamp': [changed(replace(1, { at: 1 })), { place: 2, fault: 'changed' }],
    'a changed kind': [changed(replace(1, { kind: 'signOut' })), { place: 2, fault: 'changed' }],
    'changed data': [changed(replace(3, { data: '{"x":1}' })), { place: 4, fault: 'changed' }],
    'another actor': [changed(replace(3, { actorId: 'another' })), { place: 4, fault: 'changed' }],
    'another target': [changed(replace(3, { targetId: 'somebody' })), { place: 4, fault: 'changed' }],
    'another tenant': [changed(replace(0, { tenantId: 'another' })), { place: 1, fault: 'changed' }],
    'changed personal data': [changed(replace(4, { personal: '{}' })), { place: 5, fault: 'personalChanged' }],
    'a removed entry': [changed((entries) => entries.splice(2, 1)), { place: 3, fault: 'missing' }],
    'a removed first entry': [changed((entries) => entries.shift()), { place: 1, fault: 'missing' }],
    'a removed last entry': [changed((entries) => entries.pop()), { place: 5, fault: 'missing' }],
    'an empty log': [[], { place: 1, fault: 'missing' }],
    'reordered entries': [changed((entries) => entries.reverse()), { place: 1, fault: 'missing' }],
  };
  for (const [what, [entries, fault]] of Object.entries(table)) {
    it(`detects ${what}`, () => assert.deepEqual(faultOf(entries), fault));
  }
});
