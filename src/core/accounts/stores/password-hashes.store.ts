import { type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';

/** A literal instead of a binding, so that the planner can use the partial index on passwords. */
export const isPassword = "credentials.kind = 'password'";

const hashesQuery = preparedQuery<{ secret: string; previous_secret: string | null }>('credentials.secret', (knex, $) =>
  knex('credentials')
    .select('secret', 'previous_secret')
    .where({ user_id: $('user') })
    .whereRaw(isPassword),
);

/** The hashes of a user's passwords; null if there is no such password. Only for the stores in this folder. */
interface PasswordHashes {
  readonly current: string | null;
  /** The hash of the last password that the user chose before the current one. */
  readonly previous: string | null;
}

export async function findHashes(database: Database, userId: string | null): Promise<PasswordHashes> {
  const [row] = await hashesQuery(database, { user: userId ?? '' });
  return { current: row?.secret ?? null, previous: row?.previous_secret ?? null };
}

/** @returns whether any of the candidates is the user's password. @throws Failure overloaded */
export async function isAnyPassword(
  database: Database,
  hasher: Pick<Hasher, 'verify'>,
  userId: string,
  candidates: readonly string[],
): Promise<boolean> {
  const { current } = await findHashes(database, userId);
  for (const candidate of candidates) if (current !== null && (await hasher.verify(current, candidate))) return true;
  return false;
}

/** @returns whether this is the last password that the user chose before the current one. @throws Failure overloaded */
export async function isPreviousPassword(
  database: Database,
  hasher: Pick<Hasher, 'verify'>,
  userId: string,
  candidate: string,
): Promise<boolean> {
  const { previous } = await findHashes(database, userId);
  return previous !== null && hasher.verify(previous, candidate);
}
