import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import * as argon2 from '@node-rs/argon2';
import PQueue from 'p-queue';
import { overloaded } from '../../domain/errors.ts';
import { isHashWithin, type HashParameters } from './hash-bounds.ts';

/**
 * The parameters that the OWASP Password Storage Cheat Sheet recommends for argon2id, the package's default algorithm:
 * 19 MiB, two passes, one lane.
 */
export const hashParameters: HashParameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// The memory in KiB for hashing random passwords of 100 bits, which cannot be guessed however fast the hash is.
const lightMemoryCost = 1_024;
// Lower than the priority of hashes that requests wait for.
const lightPriority = -1;

// Leaves one core for other requests, and one thread of libuv's pool for file access.
const concurrency = Math.max(1, availableParallelism() - 1);
const defaultMaxWaitMs = 2_000;

export interface Hasher {
  /** @returns the argon2id hash of a password @throws Failure overloaded after 2 s in the queue */
  hash(password: string): Promise<string>;
  /**
   * @returns a cheap hash, for passwords of 100 random bits only. It is queued after all other hashes, without a
   * timeout
   */
  hashRandom(password: string): Promise<string>;
  /**
   * @returns whether the password matches a hash, determined in constant time
   * @throws Failure overloaded after 2 s in the queue
   */
  verify(tag: string, password: string): Promise<boolean>;
  /** @returns whether a hash uses weaker parameters than the current ones */
  isOutdated(tag: string): boolean;
  /**
   * @param isTemporary whether it is the hash of a random temporary password, which may use less memory
   * @returns whether a hash from another region is neither weaker than this region's hashes nor too expensive to verify
   */
  isAcceptable(tag: string, isTemporary: boolean): boolean;
  /**
   * A hash that no password matches. It is verified for unknown user names, so that sign-in attempts take equally long
   * whether or not the user exists.
   */
  readonly decoy: string;
}

/**
 * Creates a hasher with a queue and limited concurrency.
 * @param engine the hash functions, replaced in tests that count calls
 * @param maxWaitMs the maximum time that a hash waits in the queue before it fails
 */
export function createHasher(
  parameters: HashParameters = hashParameters,
  engine: Pick<typeof argon2, 'hash' | 'verify'> = argon2,
  maxWaitMs = defaultMaxWaitMs,
): Hasher {
  const light = { memoryCost: Math.min(lightMemoryCost, parameters.memoryCost), timeCost: 1, parallelism: 1 };
  const queue = new PQueue({ concurrency });
  // Only the time in the queue is limited. A hash that has started cannot be canceled, so it keeps its slot until it is
  // done.
  const queued = async <T>(compute: () => Promise<T>): Promise<T> => {
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(overloaded('passwordHashing', maxWaitMs / 1_000)), maxWaitMs);
    const run = (): Promise<T> => {
      clearTimeout(timer);
      return compute();
    };
    return queue.add(run, { signal: waiting.signal });
  };
  const [decoy, lightDecoy] = [decoyOf(parameters), decoyOf(light)];
  // Always verify one full and one cheap hash: otherwise the time would reveal which users still have a temporary
  // password.
  const verifyInConstantTime = async (tag: string, password: string): Promise<boolean> => {
    const isLight = isWeaker(tag, parameters);
    const full = await engine.verify(isLight ? decoy : tag, password);
    const rest = await engine.verify(isLight ? tag : lightDecoy, password);
    return isLight ? rest : full;
  };
  return {
    hash: (password) => queued(() => engine.hash(password, parameters)),
    hashRandom: (password) => queue.add(() => engine.hash(password, light), { priority: lightPriority }),
    verify: (tag, password) => queued(() => verifyInConstantTime(tag, password)),
    isOutdated: (tag) => isWeaker(tag, parameters),
    isAcceptable: (tag, isTemporary) => isHashWithin(tag, isTemporary ? light : parameters),
    decoy,
  };
}

const saltBytes = 16;
const hashBytes = 32;

/** @returns an encoded hash with a random value. Verifying it takes as long as verifying the hash of a password */
function decoyOf({ memoryCost, timeCost, parallelism }: HashParameters): string {
  const [salt, hash] = [saltBytes, hashBytes].map((bytes) => randomBytes(bytes).toString('base64').replace(/=+$/, ''));
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${hash}`;
}

function isWeaker(tag: string, { memoryCost, timeCost }: HashParameters): boolean {
  const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(tag) ?? [];
  return memory === undefined || time === undefined || Number(memory) < memoryCost || Number(time) < timeCost;
}
