import { unseen, type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { actingUserId } from '../../../domain/principal.ts';
import { homeColumns, toHome, type Home, type HomeRow } from './tenants.mapping.ts';
import { toUser, userColumns, type UserRow } from './users.mapping.ts';

/** What a sign-in is decided by. Only the passwords and sessions features ever hold one. */
export interface Credentials {
  readonly user: User;
  readonly tenant: Home;
  readonly passwordHash: string;
}

interface CredentialsRow extends UserRow, HomeRow {
  password_hash: string;
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
      .select([...userColumns, 'users.password_hash', ...homeColumns])
      .where(`users.${column}`, unseen(knex, $('value'))),
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

/**
 * Replaces a password and ends everything that the old one opened, if nothing did so in the meantime.
 * @param epoch the user's epoch when the decision was taken
 * @returns whether it was replaced; false means that somebody else was first
 */
export async function replace(
  database: Database,
  scope: Scope,
  userId: string,
  epoch: number,
  next: StoredPassword,
): Promise<boolean> {
  const changed = await database
    .knex('users')
    .where({ tenant_id: scope.tenant.id, id: userId, epoch })
    .whereNot('state', 'deleted')
    .update({
      password_hash: next.hash,
      password: next.kind,
      temporary_until: next.kind === 'temporary' ? next.until : null,
      password_set_by: next.kind === 'temporary' ? next.by : null,
      password_set_at: next.at,
      epoch: epoch + 1,
    });
  return changed === 1;
}

/** Ends whatever the present password opened, and leaves it as it is. */
export async function endEpoch(database: Database, scope: Scope, userId: string): Promise<void> {
  await database.knex('users').where({ tenant_id: scope.tenant.id, id: userId }).increment('epoch', 1);
}

/** Keeps the same password under stronger parameters; nothing that it opened ends. */
export async function rehash(database: Database, userId: string, oldHash: string, newHash: string): Promise<void> {
  await database.knex('users').where({ id: userId, password_hash: oldHash }).update({ password_hash: newHash });
}

function toCredentials(row: CredentialsRow): Credentials {
  return {
    user: toUser(row),
    tenant: toHome(row),
    passwordHash: row.password_hash,
  };
}
