import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
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

// One hash per core but one: the pages of everybody else keep a core, and libuv's pool a thread for files.
const concurrency = Math.max(1, availableParallelism() - 1);
const longestWaitMs = 2_000;

export interface Hasher {
  /** @returns the argon2id tag of the password. @throws Failure overloaded when no turn came within 2 s */
  hash(password: string): Promise<string>;
  /** @returns whether the password has this tag. @throws Failure overloaded when no turn came within 2 s */
  verify(tag: string, password: string): Promise<boolean>;
  /** @returns whether the tag was made with weaker parameters than today's */
  isOutdated(tag: string): boolean;
  /** A tag that no password has, so that an unknown name takes as long as a known one. */
  readonly decoy: string;
}

/** Makes a hasher whose work is capped and queued; making it takes one hash's time, some 30 ms. */
export async function createHasher(parameters: HashParameters = hashParameters): Promise<Hasher> {
  const queue = new PQueue({ concurrency });
  // The wait for a turn is limited, not the work: what has begun is finished, so that its turn is really free again.
  const queued = async <T>(work: () => Promise<T>): Promise<T> => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(overloaded(longestWaitMs / 1_000)), longestWaitMs);
    const run = (): Promise<T> => {
      clearTimeout(timer);
      return work();
    };
    return queue.add(run, { signal: patience.signal });
  };
  return {
    hash: (password) => queued(() => hash(password, parameters)),
    verify: (tag, password) => queued(() => verify(tag, password)),
    isOutdated: (tag) => isWeaker(tag, parameters),
    decoy: await hash(crypto.randomUUID(), parameters),
  };
}

function isWeaker(tag: string, { memoryCost, timeCost }: HashParameters): boolean {
  const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$/.exec(tag) ?? [];
  return memory === undefined || time === undefined || Number(memory) < memoryCost || Number(time) < timeCost;
}
