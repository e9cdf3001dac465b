import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '../../src/web/utf8.ts';

test('any text becomes the bytes that it has in UTF-8, half characters those of U+FFFD', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '\u{D800}', '\u{DC00}x', '’', '\0'),
      (text, more) => {
        assert.deepEqual(utf8(text + more), Buffer.from(text + more));
      },
    ),
  );
});

test('texts of any length, one after the other, do not get into each other', () => {
  const lengths = [0, 1, 60_000, 131_071, 131_072, 131_073, 400_000, 2];
  const texts = lengths.map((length, index) => (['a', 'é’', '𠮷'][index % 3] ?? '').repeat(length));
  const all = texts.map(utf8);
  for (const [index, bytes] of all.entries()) assert.ok(bytes.equals(Buffer.from(texts[index] ?? '')), String(index));
});
