import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hmacSha256 } from '../../src/platform/database/digest.ts';
import { pseudonymOf } from '../../src/domain/people/pseudonym.ts';

const pseudonym = (key: string, id: string): string => pseudonymOf(hmacSha256(key, id));

describe('a pseudonym', () => {
  it('is short, has no look-alike characters and is stable for the same user and key', () => {
    assert.match(pseudonym('key', 'zoe'), /^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/);
    assert.equal(pseudonym('key', 'zoe'), pseudonym('key', 'zoe'));
  });

  it('differs between users and between keys', () => {
    const people = Array.from({ length: 5_000 }, (_, each) => pseudonym('key', String(each)));
    assert.equal(new Set(people).size, people.length);
    assert.notEqual(pseudonym('key', 'zoe'), pseudonym('other', 'zoe'));
  });

  it('uses all symbols about equally often', () => {
    const counts = new Map<string, number>();
    for (let each = 0; each < 4_000; each++)
      for (const symbol of pseudonym('key', String(each)).replace('-', ''))
        counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
    assert.equal(counts.size, 32);
    for (const [symbol, count] of counts) assert.ok(count > 850 && count < 1_150, `${symbol} ${count}`);
  });
});
