import { availableParallelism } from 'node:os';
import * as argon2 from '@node-rs/argon2';
import PQueue from 'p-queue';
import { overloaded } from '../../domain/errors.ts';

/** Memory in KiB, passes, lanes. */
export interface HashParameters {
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. The package's default algorithm is argon2id. */
export const hashParameters: HashParameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

// For what nobody can guess, such as 100 random bits: no work of ours makes guessing it any slower.
const lightMemoryCost = 1_024;
// Behind everybody who waits for a page.
const lightPriority = -1;

// One hash per core but one: the pages of everybody else keep a core, and libuv's pool a thread for files.
const concurrency = Math.max(1, availableParallelism() - 1);
const defaultMaxWaitMs = 2_000;

export interface Hasher {
  /** @returns the argon2id tag of the password. @throws Failure overloaded when no turn came within 2 s */
  hash(password: string): Promise<string>;
  /** @returns a light tag, for a password of 100 random bits and no other. Waits behind everybody else, for as long as it takes */
  hashRandom(password: string): Promise<string>;
  /** @returns whether the password has this tag, in the same time for every tag. @throws Failure overloaded when no turn came within 2 s */
  verify(tag: string, password: string): Promise<boolean>;
  /** @returns whether the tag was made with weaker parameters than today's */
  isOutdated(tag: string): boolean;
  /** A tag that no password has, so that an unknown name takes as long as a known one. */
  readonly decoy: string;
}

/**
 * Makes a hasher whose work is capped and queued; making it takes one hash's time, some 30 ms.
 * @param engine what computes and checks a tag; a test counts its calls
 * @param maxWaitMs how long one hash may wait for its turn
 */
export async function createHasher(
  parameters: HashParameters = hashParameters,
  engine: Pick<typeof argon2, 'hash' | 'verify'> = argon2,
  maxWaitMs = defaultMaxWaitMs,
): Promise<Hasher> {
  const light = { memoryCost: Math.min(lightMemoryCost, parameters.memoryCost), timeCost: 1, parallelism: 1 };
  const queue = new PQueue({ concurrency });
  // The wait for a turn is limited, not the work: what has begun is finished, so that its turn is really free again.
  const queued = async <T>(work: () => Promise<T>): Promise<T> => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(overloaded(maxWaitMs / 1_000)), maxWaitMs);
    const run = (): Promise<T> => {
      clearTimeout(timer);
      return work();
    };
    return queue.add(run, { signal: patience.signal });
  };
  const decoy = await engine.hash(crypto.randomUUID(), parameters);
  const lightDecoy = await engine.hash(crypto.randomUUID(), light);
  // Always one full and one light tag: otherwise time would tell whose password nobody has chosen yet.
  const verifyEvenly = async (tag: string, password: string): Promise<boolean> => {
    const isLight = isWeaker(tag, parameters);
    const full = await engine.verify(isLight ? decoy : tag, password);
    const rest = await engine.verify(isLight ? tag : lightDecoy, password);
    return isLight ? rest : full;
  };
  return {
    hash: (password) => queued(() => engine.hash(password, parameters)),
    hashRandom: (password) => queue.add(() => engine.hash(password, light), { priority: lightPriority }),
    verify: (tag, password) => queued(() => verifyEvenly(tag, password)),
    isOutdated: (tag) => isWeaker(tag, parameters),
    decoy,
  };
}

function isWeaker(tag: string, { memoryCost, timeCost }: HashParameters): boolean {
  const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(tag) ?? [];
  return memory === undefined || time === undefined || Number(memory) < memoryCost || Number(time) < timeCost;
}
