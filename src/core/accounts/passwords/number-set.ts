/*
 * Golomb-Rice coding of sorted numbers: the distance to the previous number, divided by 2 ** lowBits in unary (ones and
 * a zero), then its remainder in `lowBits` bits.
 */

/**
 * @param numbers the numbers in ascending order
 * @param lowBits the number of bits in each remainder. The result is smallest if the numbers are about 2 ** lowBits
 * apart
 */
export function encodeNumbers(numbers: Uint32Array, lowBits: number): Buffer {
  const bytes: number[] = [];
  let length = 0;
  const push = (bit: number): void => {
    if (length % 8 === 0) bytes.push(0);
    if (bit === 1) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | (1 << (length % 8));
    length++;
  };
  let previous = 0;
  for (const number of numbers) {
    const distance = number - previous;
    for (let ones = Math.floor(distance / 2 ** lowBits); ones > 0; ones--) push(1);
    push(0);
    for (let bit = 0; bit < lowBits; bit++) push((distance >>> bit) & 1);
    previous = number;
  }
  return Buffer.from(bytes);
}

/** @param count the number of encoded numbers. @throws RangeError if `encoded` contains fewer */
export function decodeNumbers(encoded: Uint8Array, count: number, lowBits: number): Uint32Array {
  const numbers = new Uint32Array(count);
  let position = 0;
  const read = (): number => {
    const byte = encoded[position >>> 3];
    if (byte === undefined) throw new RangeError('The encoded numbers end too early');
    return (byte >>> (position++ % 8)) & 1;
  };
  let previous = 0;
  for (let index = 0; index < count; index++) {
    let distance = 0;
    while (read() === 1) distance += 2 ** lowBits;
    for (let bit = 0; bit < lowBits; bit++) distance += read() << bit;
    numbers[index] = previous += distance;
  }
  return numbers;
}
