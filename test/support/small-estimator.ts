import { isCommonPassword, readCommonPasswords } from '../../src/core/accounts/passwords/common-passwords.ts';
import { predictableWords } from '../../src/core/accounts/passwords/predictable-words.ts';
import type { StrengthEstimator } from '../../src/core/accounts/passwords/strength-estimator.ts';
import { guessBits } from '../../src/domain/people/strength/guesses.ts';
import { Vocabulary } from '../../src/domain/people/strength/vocabulary.ts';

const predictableBits = 4;

/**
 * @returns an estimator that recognizes common passwords and patterns, but only a few words. It is ready immediately,
 * whereas the real one needs most of a second of CPU time to load its word lists
 */
export function createSmallEstimator(): StrengthEstimator {
  const commonPasswords = readCommonPasswords();
  const vocabulary = new Vocabulary();
  for (const word of predictableWords) vocabulary.add(word, predictableBits);
  return {
    warmUp: () => Promise.resolve(),
    estimateBits: (password, names) =>
      Promise.resolve(isCommonPassword(commonPasswords, password) ? 0 : guessBits(password, names, vocabulary)),
    close: () => Promise.resolve(),
  };
}
