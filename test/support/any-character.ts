import fc from 'fast-check';

const firstSurrogate = 0xd800;
const surrogates = 0x800;
const lastCodePoint = 0x10ffff;

/**
 * Any character except surrogates, as a unit of `fc.string`. The unit `binary` of fast-check generates the same strings,
 * but takes a second to build a table of all characters.
 */
export const anyCharacter = fc.integer({ min: 0, max: lastCodePoint - surrogates }).map(
  (number) => String.fromCodePoint(number < firstSurrogate ? number : number + surrogates),
  (character) => {
    const codePoint = typeof character === 'string' ? character.codePointAt(0) : undefined;
    if (codePoint === undefined || String.fromCodePoint(codePoint) !== character) throw new Error('not one character');
    return codePoint < firstSurrogate ? codePoint : codePoint - surrogates;
  },
);
