import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { listDigestsOf, readList } from '../../src/core/accounts/passwords/password-list-digests.ts';
import * as passwordListStore from '../../src/core/accounts/passwords/password-list.store.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, open } from './databases.ts';

const most = 100_000;
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the list of passwords on ${dialect}`, { skip }, async () => {
    const { database } = await open(config);
    const store = async (lines: Iterable<string>): Promise<void> =>
      passwordListStore.replace(database, await readList(lines, most));
    const isListed = (password: string): Promise<boolean> =>
      passwordListStore.hasAny(database, listDigestsOf(password));

    const table: [label: string, line: string, password: string, isListed: boolean][] = [
      ['the same text', 'nordwind und sonne', 'nordwind und sonne', true],
      ['a different letter case in the password', 'nordwind und sonne', 'Nordwind und SONNE', true],
      ['a different letter case in the list', 'Nordwind und Sonne', 'nordwind und sonne', true],
      ['decomposed letters', 'fünf grüne äpfel'.normalize('NFD'), 'fünf grüne äpfel', true],
      ['full-width letters', 'ｎｏｒｄｗｉｎｄ', 'nordwind', true],
      ['a SHA-1 digest', sha1('Nordwind und Sonne'), 'Nordwind und Sonne', true],
      ['a SHA-1 digest in upper case with a count', `${sha1('nordwind').toUpperCase()}:12`, 'nordwind', true],
      ['a SHA-1 digest of the lower-case form', sha1('nordwind'), 'NORDWIND', true],
      ['a SHA-1 digest of the upper-case form', sha1('NORDWIND'), 'nordwind', false],
      ['a byte order mark', '\uFEFFnordwind', 'nordwind', true],
      ['part of a listed password', 'nordwind und sonne', 'nordwind', false],
      ['spaces at the end', 'nordwind ', 'nordwind', false],
      ['an empty line', '', '', false],
      ['more than 1 KiB', 'x'.repeat(1_025), 'x'.repeat(1_025), false],
    ];
    for (const [label, line, password, expected] of table) {
      test(`${expected ? 'matches' : 'does not match'} a password: ${label}`, async () => {
        await store(['zwei alte esel', line]);
        assert.equal(await isListed(password), expected);
        assert.equal(await isListed('zwei alte esel'), true);
      });
    }

    test('stores 50,000 lines, matches every 50th line and none of 1,000 unlisted passwords', async () => {
      const numbers = Array.from({ length: 50_000 }, (_, n) => `listed password ${n}`);
      await store([...numbers, ...numbers.slice(0, 100)]);
      assert.equal(await passwordListStore.count(database), numbers.length);
      for (const each of numbers.filter((_, index) => index % 50 === 0)) assert.equal(await isListed(each), true, each);
      for (let n = 0; n < 5_000; n += 5) assert.equal(await isListed(`other password ${n}`), false);
    });

    test('is replaced by the next list, and removed by an empty list', async () => {
      await store(['first']);
      await store(['second', 'third']);
      assert.deepEqual([await isListed('first'), await isListed('second')], [false, true]);
      assert.equal(await passwordListStore.count(database), 2);
      await store([]);
      assert.deepEqual([await isListed('second'), await passwordListStore.count(database)], [false, 0]);
    });

    test('is unchanged if the new list is too long', async () => {
      await store(['kept']);
      await assert.rejects(readList(['one', 'two', 'three'], 2), RangeError);
      assert.equal(await isListed('kept'), true);
    });
  });
}
