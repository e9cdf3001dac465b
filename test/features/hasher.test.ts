import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as argon2 from '@node-rs/argon2';
import { createHasher } from '../../src/platform/keys/hasher.ts';

const full = { memoryCost: 2_048, timeCost: 2, parallelism: 1 };

/** A hasher that records its calls: F for a hash with full cost, L for a light hash. */
function watched() {
  const calls: string[] = [];
  const weight = (tag: string): string => (tag.includes('$m=2048,t=2,') ? 'F' : 'L');
  const hasher = createHasher(full, {
    hash: async (password, options) => {
      const tag = await argon2.hash(password, options);
      calls.push(`hash ${weight(tag)}`);
      return tag;
    },
    verify: (tag, password) => {
      calls.push(`verify ${weight(String(tag))}`);
      return argon2.verify(tag, password);
    },
  });
  const during = async (work: () => Promise<unknown>): Promise<string[]> => {
    calls.length = 0;
    await work();
    return [...calls].sort();
  };
  return { hasher, during };
}

describe('a light hash for a random password', async () => {
  const { hasher, during } = watched();
  const light = await hasher.hashRandom('ABCD-EFGH-JKLM-NPQR-STUV');
  const strong = await hasher.hash('ein Kranich zählt leise Kiesel');

  it('is argon2id with little memory and one pass, and verifies its password', async () => {
    assert.match(light, /^\$argon2id\$v=19\$m=1024,t=1,p=1\$/);
    assert.deepEqual(await during(() => hasher.hashRandom('x')), ['hash L']);
    assert.equal(await hasher.verify(light, 'ABCD-EFGH-JKLM-NPQR-STUV'), true);
    assert.equal(await hasher.verify(light, 'ABCD-EFGH-JKLM-NPQR-STUW'), false);
    assert.equal(hasher.isOutdated(light), true);
    assert.equal(hasher.isOutdated(strong), false);
  });

  it('is verified with the same calls as a full hash or the decoy, so that timing does not reveal whether a user exists', async () => {
    const tags = { 'a light hash': light, 'a full hash': strong, 'the decoy': hasher.decoy };
    for (const [what, tag] of Object.entries(tags)) {
      for (const password of ['ABCD-EFGH-JKLM-NPQR-STUV', 'ein Kranich zählt leise Kiesel', 'wrong', '']) {
        assert.deepEqual(await during(() => hasher.verify(tag, password)), ['verify F', 'verify L'], what);
      }
    }
  });

  it('has a decoy with the parameters and lengths of a full hash', () => {
    const withoutBytes = (tag: string): string => tag.replace(/[\w+/]{22}\$[\w+/]{43}$/, 'salt$hash');
    assert.match(withoutBytes(strong), /salt\$hash$/);
    assert.equal(withoutBytes(hasher.decoy), withoutBytes(strong));
    assert.notEqual(createHasher(full).decoy, hasher.decoy);
  });

  it('does not verify the password of another hash', async () => {
    assert.equal(await hasher.verify(strong, 'ein Kranich zählt leise Kiesel'), true);
    assert.equal(await hasher.verify(strong, 'ABCD-EFGH-JKLM-NPQR-STUV'), false);
    assert.equal(await hasher.verify(hasher.decoy, 'ABCD-EFGH-JKLM-NPQR-STUV'), false);
  });

  it('is computed after concurrent sign-ins, however many are queued', async () => {
    const order: string[] = [];
    const many = Array.from({ length: 200 }, () => hasher.hashRandom('x').then(() => order.push('light')));
    const one = hasher.verify(strong, 'wrong').then(() => order.push('sign-in'));
    await Promise.all([...many, one]);
    assert.ok(order.indexOf('sign-in') < 10, `after ${order.indexOf('sign-in')}`);
  });
});
