/** The parameters of argon2: memory in KiB, number of passes, and number of lanes. */
export interface HashParameters {
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/**
 * The highest accepted costs, which are those of the second recommended option of RFC 9106. Each sign-in verifies a hash, so
 * an expensive one would block the sign-ins of all tenants.
 */
const maxParameters: HashParameters = { memoryCost: 65_536, timeCost: 3, parallelism: 4 };
// RFC 9106 recommends a salt of 16 bytes and an output of 32. More than 64 bytes serve no purpose.
const minSaltBytes = 16;
const minOutputBytes = 32;
const maxBytes = 64;

// The PHC string format: numbers without leading zeros, and base64 without padding.
const phcShape =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d{0,2}),p=([1-9]\d{0,2})\$([A-Za-z0-9+/]{1,100})\$([A-Za-z0-9+/]{1,100})$/;

/**
 * @param min the lowest accepted memory and number of passes
 * @returns whether a string is a decodable argon2id hash whose parameters are within bounds
 */
export function isHashWithin(tag: string, min: Pick<HashParameters, 'memoryCost' | 'timeCost'>): boolean {
  const [, memory, time, lanes, salt = '', output = ''] = phcShape.exec(tag) ?? [];
  return (
    isWithin(Number(memory), min.memoryCost, maxParameters.memoryCost) &&
    isWithin(Number(time), min.timeCost, maxParameters.timeCost) &&
    isWithin(Number(lanes), 1, maxParameters.parallelism) &&
    isWithin(byteLength(salt), minSaltBytes, maxBytes) &&
    isWithin(byteLength(output), minOutputBytes, maxBytes)
  );
}

// False for NaN.
const isWithin = (value: number, min: number, max: number): boolean => value >= min && value <= max;

/** @returns the length of decoded base64; NaN if it cannot be decoded */
const byteLength = (base64: string): number => (base64.length % 4 === 1 ? NaN : Math.floor((base64.length * 3) / 4));
