import { Fingerprint, type FingerprintValue } from './fingerprint.ts';
import { lookupForm } from './symbols.ts';

export const minWordLength = 2;
export const maxWordLength = 32;

const initialSlots = 2 ** 18;
// Each slot has four 32-bit entries: both hashes, the strength, which is 0 in an empty slot, and an unused entry.
const entries = 4;

/**
 * The strength of each known word in bits. The words are stored as fingerprints in a hash table, which is built several
 * times faster than a Map of strings and takes less memory. Two words are confused only if both hashes are equal, in
 * which case a password looks weaker than it is.
 */
export class Vocabulary {
  #hashes = new Int32Array(initialSlots * entries);
  /** A view of the same memory as `#hashes`. */
  #bits = new Float32Array(this.#hashes.buffer);
  #size = 0;
  readonly #added = new Fingerprint();

  /**
   * Adds a word in any spelling, unless it is too short or too long. For a known word, the lower strength applies.
   * @param bits greater than 0
   */
  add(word: string, bits: number): void {
    if (!this.#readSimple(word) && !this.#readFolded(word)) return;
    this.#set(this.#added, bits);
  }

  /** @returns the strength of the word with this fingerprint in bits; undefined if the word is not known */
  bitsOf(fingerprint: FingerprintValue): number | undefined {
    const bits = this.#bits[this.#slotOf(fingerprint) + 2];
    return bits === 0 ? undefined : bits;
  }

  #set(fingerprint: FingerprintValue, bits: number): void {
    const slot = this.#slotOf(fingerprint);
    const known = this.#bits[slot + 2] ?? 0;
    if (known !== 0 && known <= bits) return;
    this.#hashes[slot] = fingerprint.first;
    this.#hashes[slot + 1] = fingerprint.second;
    this.#bits[slot + 2] = bits;
    if (known === 0) this.#size++;
    // Keep at least a third of the slots empty, so that a lookup probes few slots.
    if (this.#size * entries * 1.5 > this.#bits.length) this.#grow();
  }

  /** @returns the position of the slot of a fingerprint, or of the empty slot in which to store it */
  #slotOf({ first, second }: FingerprintValue): number {
    const mask = this.#bits.length - 1;
    let slot = ((first ^ (first >>> 15)) * entries) & mask;
    while (this.#bits[slot + 2] !== 0 && (this.#hashes[slot] !== first || this.#hashes[slot + 1] !== second))
      slot = (slot + entries) & mask;
    return slot;
  }

  #grow(): void {
    const [hashes, bits] = [this.#hashes, this.#bits];
    this.#hashes = new Int32Array(hashes.length * 2);
    this.#bits = new Float32Array(this.#hashes.buffer);
    this.#size = 0;
    for (let slot = 0; slot < bits.length; slot += entries) {
      const strength = bits[slot + 2] ?? 0;
      if (strength > 0) this.#set({ first: hashes[slot] ?? 0, second: hashes[slot + 1] ?? 0 }, strength);
    }
  }

  // A fast path for most words: their characters can be folded one by one, without creating a string.
  #readSimple(word: string): boolean {
    if (word.length < minWordLength || word.length > maxWordLength) return false;
    this.#added.clear();
    for (let at = 0; at < word.length; at++) {
      const folded = simpleFoldings[word.charCodeAt(at)];
      if (folded === undefined || folded === 0) return false;
      this.#added.append(folded);
    }
    return true;
  }

  #readFolded(word: string): boolean {
    const form = [...lookupForm(word)];
    if (form.length < minWordLength || form.length > maxWordLength) return false;
    this.#added.clear();
    for (const character of form) this.#added.append(character.codePointAt(0) ?? 0);
    return true;
  }
}

/** The lookup form of each Latin character that is folded to one character; 0 for the others. */
const simpleFoldings = Uint16Array.from({ length: 0x180 }, (_, code) => {
  const form = lookupForm(String.fromCharCode(code));
  return form.length === 1 ? form.charCodeAt(0) : 0;
});
