import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Fingerprint } from '../../src/domain/people/strength/fingerprint.ts';
import { lookupForm } from '../../src/domain/people/strength/symbols.ts';
import { Vocabulary } from '../../src/domain/people/strength/vocabulary.ts';
import { assertNone } from '../support/assert-none.ts';

function fingerprintOf(text: string): Fingerprint {
  const fingerprint = new Fingerprint();
  for (const character of text) fingerprint.append(character.codePointAt(0) ?? 0);
  return fingerprint;
}

describe('the fingerprint of a word', () => {
  test('does not depend on the end at which characters are added', () => {
    const backward = new Fingerprint();
    for (const character of Array.from('größe🔑').reverse()) backward.prepend(character.codePointAt(0) ?? 0);
    const { first, second } = fingerprintOf('größe🔑');
    assert.deepEqual([backward.first, backward.second], [first, second]);
  });

  test('is that of an empty word after it has been cleared', () => {
    const cleared = fingerprintOf('colibri');
    cleared.clear();
    cleared.append('a'.charCodeAt(0));
    assert.deepEqual([cleared.first, cleared.second], [fingerprintOf('a').first, fingerprintOf('a').second]);
  });
});

/** @returns a letter that no other character is confused with, for each digit below 8 */
const unconfused = (digit: string): string => 'dfhjkmnp'.charAt(Number(digit));

describe('a vocabulary', () => {
  test('recognizes words in their lookup form: without case and accents, with one character for confused letters', () => {
    const vocabulary = new Vocabulary();
    for (const word of ['Éléphant', 'weiß', 'cœur', 'a b', 'Ωmega']) vocabulary.add(word, 9);
    for (const form of ['eiephant', 'weiss', 'coeur', 'a b', 'ωmega'])
      assert.equal(vocabulary.bitsOf(fingerprintOf(form)), 9, form);
    assert.equal(vocabulary.bitsOf(fingerprintOf('Éléphant')), undefined);
  });

  test('keeps the lowest strength of a word', () => {
    const vocabulary = new Vocabulary();
    for (const bits of [8, 4, 12]) vocabulary.add('dragon', bits);
    assert.equal(vocabulary.bitsOf(fingerprintOf('dragon')), 4);
  });

  test('ignores words of one character and of more than 32', () => {
    const vocabulary = new Vocabulary();
    const [longest, tooLong] = ['k'.repeat(32), 'k'.repeat(33)];
    for (const word of ['k', longest, tooLong]) vocabulary.add(word, 8);
    assert.deepEqual(
      ['k', longest, tooLong].map((word) => vocabulary.bitsOf(fingerprintOf(word))),
      [undefined, 8, undefined],
    );
  });

  test('finds each of 300,000 words, and none of as many others', () => {
    const vocabulary = new Vocabulary();
    const words = Array.from({ length: 300_000 }, (_, index) => index.toString(8).replace(/\d/g, unconfused));
    words.forEach((word, index) => vocabulary.add(`${word}x`, 1 + (index % 11)));
    const forms = words.map((word) => lookupForm(`${word}x`));
    assertNone(forms.filter((form, index) => vocabulary.bitsOf(fingerprintOf(form)) !== 1 + (index % 11)));
    assertNone(forms.filter((form) => vocabulary.bitsOf(fingerprintOf(`${form}y`)) !== undefined));
  });
});
