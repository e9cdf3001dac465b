import { opaqueValue, type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { actingUserId } from '../../../domain/principal.ts';
import { homeColumns, toHome, type Home, type HomeRow } from './tenants.mapping.ts';
import { toUser, userColumns, type NewUser, type UserRow } from './users.mapping.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { notFound } from '../../../domain/errors.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';

/** What a sign-in is decided by, without the credentials themselves: these never leave the store. */
export interface Credentials {
  readonly user: User;
  readonly tenant: Home;
}

type CredentialsRow = UserRow & HomeRow;

/** What pages say of a password. */
export interface PasswordFacts {
  /** Who set a temporary password: '' where that person was erased, null for the operator and for an own password. */
  readonly setBy: string | null;
  /** Epoch ms. */
  readonly setAt: number;
}

/** What comes of comparing a typed password with the stored one. */
export interface PasswordCheck {
  readonly matches: boolean;
  /** Whether the stored one was hashed with weaker parameters than today's. */
  readonly isOutdated: boolean;
}

/** A password in the form in which it is kept. */
export type StoredPassword =
  | { readonly kind: 'own'; readonly hash: string; readonly at: number }
  | {
      readonly kind: 'temporary';
      readonly hash: string;
      readonly at: number;
      readonly until: number;
      readonly by: string | null;
    };

function find(column: 'username' | 'id') {
  return preparedQuery<CredentialsRow>(`credentials.by ${column}`, (knex, $) =>
    knex('users')
      .join('tenants', 'tenants.id', 'users.tenant_id')
      .select([...userColumns, ...homeColumns])
      .where(`users.${column}`, opaqueValue(knex, $('value'))),
  );
}

const byUsername = find('username');

const byId = find('id');

/** Before sign-in nobody's tenant is known: the one look-up without a scope, for the sign-in alone. */
export async function findForSignInAcrossTenants(database: Database, username: string): Promise<Credentials | null> {
  const [row] = await byUsername(database, { value: username });
  return row ? toCredentials(row) : null;
}

/** @returns the scope's own user's credentials */
export async function findOwn(database: Database, scope: Scope): Promise<Credentials | null> {
  const [row] = await byId(database, { value: actingUserId(scope) });
  return row?.tenant_id === scope.tenant.id ? toCredentials(row) : null;
}

// Spelled out, not bound: only then does the index of passwords fit.
const isPassword = "kind = 'password'";

const secretQuery = preparedQuery<{ secret: string }>('credentials.secret', (knex, $) =>
  knex('credentials')
    .select('secret')
    .where({ user_id: $('user') })
    .whereRaw(isPassword),
);

const factsQuery = preparedQuery<{ set_by: string | null; created_at: number }>('credentials.facts', (knex, $) =>
  knex('credentials')
    .join('users', 'users.id', 'credentials.user_id')
    .select('set_by', 'credentials.created_at')
    .where({ user_id: $('user'), tenant_id: $('tenant') })
    .whereRaw(isPassword),
);

async function secretOf(database: Database, userId: string | null): Promise<string | null> {
  return (await secretQuery(database, { user: userId ?? '' }))[0]?.secret ?? null;
}

/**
 * Compares a typed password with a user's. Exactly one verification is made, with the decoy where there is nothing to
 * compare, so that time does not tell one case from the other.
 * @param userId null where no user could have the typed password
 * @throws Failure overloaded
 */
export async function verifyPassword(
  database: Database,
  hasher: Pick<Hasher, 'verify' | 'isOutdated' | 'decoy'>,
  userId: string | null,
  typed: string,
): Promise<PasswordCheck> {
  const secret = await secretOf(database, userId);
  const matches = await hasher.verify(secret ?? hasher.decoy, typed);
  if (secret === null) return { matches: false, isOutdated: false };
  return { matches, isOutdated: hasher.isOutdated(secret) };
}

/** @returns whether one of some texts is a user's password. @throws Failure overloaded */
export async function isAnyPassword(
  database: Database,
  hasher: Pick<Hasher, 'verify'>,
  userId: string,
  candidates: readonly string[],
): Promise<boolean> {
  const secret = await secretOf(database, userId);
  for (const candidate of candidates) if (secret !== null && (await hasher.verify(secret, candidate))) return true;
  return false;
}

/** @returns who set a user's password and when. @throws Failure notFound for a user of another tenant */
export async function findPasswordFacts(database: Database, scope: Scope, userId: string): Promise<PasswordFacts> {
  const [row] = await factsQuery(database, { user: userId, tenant: scope.tenant.id });
  if (row === undefined) throw notFound();
  return { setBy: row.set_by, setAt: row.created_at };
}

/**
 * Replaces a password and ends everything that the old one opened, if nothing did so in the meantime.
 * @param epoch the user's epoch when the decision was taken
 * @returns whether it was replaced; false means that another change came first
 */
export function replace(
  database: Database,
  scope: Scope,
  userId: string,
  epoch: number,
  next: StoredPassword,
): Promise<boolean> {
  const isTemporary = next.kind === 'temporary';
  return database.transaction(async (tx) => {
    const changed = await tx
      .knex('users')
      .where({ tenant_id: scope.tenant.id, id: userId, epoch })
      .whereNot('state', 'deleted')
      .update({ password: next.kind, temporary_until: isTemporary ? next.until : null, epoch: epoch + 1 });
    if (changed !== 1) return false;
    const stored = { secret: next.hash, set_by: isTemporary ? next.by : null, created_at: next.at };
    await tx.knex('credentials').where({ user_id: userId }).whereRaw(isPassword).update(stored);
    return true;
  });
}

/** Stores the passwords of users who were just inserted. */
export function insertPasswords(database: Database, users: readonly NewUser[]): Promise<void> {
  const rows = users.map(({ id, passwordHash, passwordSetBy, passwordSetAt }) => ({
    user_id: id,
    kind: 'password',
    secret: passwordHash,
    set_by: passwordSetBy,
    created_at: passwordSetAt,
  }));
  return insertRows(database, 'credentials', rows);
}

/** Ends whatever the present credentials opened, and leaves them as they are. */
export async function endEpoch(database: Database, scope: Scope, userId: string): Promise<void> {
  await database.knex('users').where({ tenant_id: scope.tenant.id, id: userId }).increment('epoch', 1);
}

/**
 * Stores the same password under stronger parameters; nothing that it opened ends. In a transaction.
 * @param epoch the user's epoch when the password was verified: a later one has another password, which stays
 */
export async function rehash(
  database: Database,
  { id, epoch }: Pick<User, 'id' | 'epoch'>,
  hash: string,
): Promise<void> {
  const user = database.knex('users').where({ id, epoch }).select('id');
  // A replacement that is under way holds the user's row: its epoch is seen once it is done.
  if (database.dialect === 'postgres') void user.forNoKeyUpdate();
  if ((await user).length === 0) return;
  await database.knex('credentials').where({ user_id: id }).whereRaw(isPassword).update({ secret: hash });
}

const toCredentials = (row: CredentialsRow): Credentials => ({ user: toUser(row), tenant: toHome(row) });
