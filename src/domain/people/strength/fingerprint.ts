/** Two independent 32-bit hashes. */
export interface FingerprintValue {
  readonly first: number;
  readonly second: number;
}

/**
 * Two independent polynomial hashes, modulo 2 ** 32, of a sequence of characters. Extending the sequence by one
 * character at either end takes constant time, so all parts of a password are hashed without creating strings.
 */
export class Fingerprint implements FingerprintValue {
  first = 0;
  second = 0;
  #firstPower = 1;
  #secondPower = 1;

  append(codePoint: number): void {
    this.first = (Math.imul(this.first, firstBase) + codePoint) | 0;
    this.second = (Math.imul(this.second, secondBase) + codePoint) | 0;
    this.#raisePowers();
  }

  prepend(codePoint: number): void {
    this.first = (this.first + Math.imul(codePoint, this.#firstPower)) | 0;
    this.second = (this.second + Math.imul(codePoint, this.#secondPower)) | 0;
    this.#raisePowers();
  }

  /** Resets the fingerprint to that of an empty sequence. */
  clear(): void {
    this.first = 0;
    this.second = 0;
    this.#firstPower = 1;
    this.#secondPower = 1;
  }

  #raisePowers(): void {
    this.#firstPower = Math.imul(this.#firstPower, firstBase);
    this.#secondPower = Math.imul(this.#secondPower, secondBase);
  }
}

// The bases are odd, so that their powers never become 0 modulo 2 ** 32.
const firstBase = 0x0100_0193;
const secondBase = 0x5bd1_e995;
