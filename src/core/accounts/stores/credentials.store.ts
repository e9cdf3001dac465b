import { opaqueValue, type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { actingUserId } from '../../../domain/principal.ts';
import { userTenantColumns, toUserTenant, type UserTenant, type UserTenantRow } from './tenants.mapping.ts';
import { toUser, userColumns, type NewUser, type UserRow } from './users.mapping.ts';
import { findHashes, isPassword } from './password-hashes.store.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { notFound } from '../../../domain/errors.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';

/** The data that determines whether a user can sign in. Contains no secrets: they never leave the store. */
export interface Credentials {
  readonly user: User;
  readonly tenant: UserTenant;
  /** Epoch ms; 0 if the user has no password. */
  readonly passwordSetAt: number;
}

interface CredentialsRow extends UserRow, UserTenantRow {
  password_set_at: number | null;
}

/** Password metadata to display on pages. */
export interface PasswordMetadata {
  /**
   * Who issued the temporary password or link; '' after erasure, null for the operator and for a chosen password.
   */
  readonly setBy: string | null;
  /** Epoch ms. */
  readonly setAt: number;
}

/** The result of comparing a password with the stored one. */
export interface PasswordCheck {
  readonly matches: boolean;
  /** Whether the stored password was hashed with weaker parameters than the current ones. */
  readonly isOutdated: boolean;
}

/** A password as it is stored. Times are epoch ms. */
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
      .joinRaw(`left join credentials on credentials.user_id = users.id and ${isPassword}`)
      .select([...userColumns, ...userTenantColumns, 'credentials.created_at as password_set_at'])
      .where(`users.${column}`, opaqueValue(knex, $('value'))),
  );
}

const byUsername = find('username');

const byId = find('id');

/** Looks up a user without a scope, for sign-in only. Returns null if no user has this user name. */
export async function findForSignInAcrossTenants(database: Database, username: string): Promise<Credentials | null> {
  const [row] = await byUsername(database, { value: username });
  return row ? toCredentials(row) : null;
}

/** @returns the acting user's credentials; null if the actor is not a user of the scope's tenant */
export async function findOwn(database: Database, scope: Scope): Promise<Credentials | null> {
  const [row] = await byId(database, { value: actingUserId(scope) });
  return row?.tenant_id === scope.tenant.id ? toCredentials(row) : null;
}

const metadataQuery = preparedQuery<{ set_by: string | null; created_at: number }>('credentials.facts', (knex, $) =>
  knex('credentials')
    .join('users', 'users.id', 'credentials.user_id')
    .select('set_by', 'credentials.created_at')
    .where({ user_id: $('user'), tenant_id: $('tenant') })
    .whereRaw(isPassword),
);

/**
 * Compares a password with the user's stored password. Performs exactly one verification, against a decoy hash if there
 * is nothing to compare, so that the response time is the same.
 * @param userId null if no user could have this password
 * @throws Failure overloaded
 */
export async function verifyPassword(
  database: Database,
  hasher: Pick<Hasher, 'verify' | 'isOutdated' | 'decoy'>,
  userId: string | null,
  typed: string,
): Promise<PasswordCheck> {
  const { current: secret } = await findHashes(database, userId);
  const matches = await hasher.verify(secret ?? hasher.decoy, typed);
  if (secret === null) return { matches: false, isOutdated: false };
  return { matches, isOutdated: hasher.isOutdated(secret) };
}

/** @returns who set a user's password, and when. @throws Failure notFound if the user belongs to another tenant */
export async function getPasswordMetadata(database: Database, scope: Scope, userId: string): Promise<PasswordMetadata> {
  const [row] = await metadataQuery(database, { user: userId, tenant: scope.tenant.id });
  if (row === undefined) throw notFound();
  return { setBy: row.set_by, setAt: row.created_at };
}

const kindQuery = preparedQuery<{ password: User['password'] }>('credentials.kind', (knex, $) =>
  knex('users')
    .select('password')
    .where({ id: $('user') }),
);

/**
 * Replaces a password and increments the user's epoch, which invalidates sessions and links. Does nothing if the epoch
 * has changed.
 * @param epoch the user's epoch when the change was decided
 * @returns false if the credentials have changed since then
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
    const [before] = await kindQuery(tx, { user: userId });
    const changed = await tx
      .knex('users')
      .where({ tenant_id: scope.tenant.id, id: userId, epoch })
      .whereNot('state', 'deleted')
      .update({ password: next.kind, temporary_until: isTemporary ? next.until : null, epoch: epoch + 1 });
    if (changed !== 1) return false;
    const stored = { secret: next.hash, set_by: isTemporary ? next.by : null, created_at: next.at };
    // The update compared the epoch, so the kind of password that was read before it is still current.
    const previous = before?.password === 'own' ? { previous_secret: tx.knex.ref('secret') } : {};
    const update = Object.assign(stored, previous);
    await tx.knex('credentials').where({ user_id: userId }).whereRaw(isPassword).update(update);
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

/** Invalidates the user's sessions and links without changing the credentials. */
export async function endEpoch(database: Database, scope: Scope, userId: string): Promise<void> {
  await database.knex('users').where({ tenant_id: scope.tenant.id, id: userId }).increment('epoch', 1);
}

/**
 * Stores the same password with a stronger hash, within a transaction. Sessions stay valid.
 * @param epoch the user's epoch when the password was verified; if it has changed since, the password was replaced, and
 * the hash is not stored
 */
export async function rehash(
  database: Database,
  { id, epoch }: Pick<User, 'id' | 'epoch'>,
  hash: string,
): Promise<void> {
  const user = database.knex('users').where({ id, epoch }).select('id');
  // Waits for a concurrent replacement, which locks the user's row and changes the epoch.
  if (database.dialect === 'postgres') void user.forNoKeyUpdate();
  if ((await user).length === 0) return;
  await database.knex('credentials').where({ user_id: id }).whereRaw(isPassword).update({ secret: hash });
}

const toCredentials = (row: CredentialsRow): Credentials => ({
  user: toUser(row),
  tenant: toUserTenant(row),
  passwordSetAt: row.password_set_at ?? 0,
});
