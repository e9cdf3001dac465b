import { type Database, preparedQuery } from '../../../platform/database/database.ts';
import type { Language } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import {
  indexedColumns,
  toIndexedColumns,
  toColumns,
  type IndexedRow,
  type UserChanges,
  nextVersion,
  globalAdminUntil,
  toUser,
  userColumns,
  type UserRow,
  notDeleted,
} from './users.mapping.ts';
import { inTenant } from './users.batch-update.ts';
import { reindexUsers } from './users.search.store.ts';

const findOne = preparedQuery<UserRow>('users.find', (knex, $) =>
  knex('users')
    .select(userColumns)
    .where({ tenant_id: $('tenant'), id: $('id') })
    .whereNot('state', 'deleted'),
);

const globalAdmins = preparedQuery<UserRow>('users.globalAdmins', (knex, $) =>
  knex('users')
    .select(userColumns)
    .where({ tenant_id: $('tenant') })
    // Literals instead of bindings, so that the planner can use the partial index on administrators.
    .whereRaw("administrator_level = 'global' and state = 'active'")
    .orderBy('name_key')
    .limit(5),
);

const findDeletedQuery = preparedQuery<UserRow>('users.findDeleted', (knex, $) =>
  knex('users')
    .select(userColumns)
    .where({ tenant_id: $('tenant'), id: $('id'), state: 'deleted' }),
);

const countGlobalAdmins = preparedQuery<{ count: number }>('users.countGlobalAdmins', (knex, $) =>
  knex('users')
    .where({ tenant_id: $('tenant') })
    .whereRaw("administrator_level = 'global' and state = 'active'")
    .count({ count: '*' }),
);

/** @returns the user; null if the ID is unknown or belongs to another tenant */
export async function find(database: Database, scope: Scope, id: string): Promise<User | null> {
  const [row] = await findOne(database, { tenant: scope.tenant.id, id });
  return row ? toUser(row) : null;
}

/** @returns up to five active Global admins, sorted by name, as contacts for other users */
export async function findGlobalAdmins(database: Database, scope: Scope): Promise<User[]> {
  return (await globalAdmins(database, { tenant: scope.tenant.id })).map(toUser);
}

/**
 * @param among whether to find deleted users or users who are not deleted
 * @returns the users with these IDs, sorted by name. IDs that belong to another tenant or do not match `among` are
 * ignored
 */
export async function findMany(
  database: Database,
  scope: Scope,
  ids: readonly string[],
  among: 'present' | 'deleted',
): Promise<User[]> {
  const query = database.knex('users').select(userColumns).whereIn('id', ids).whereRaw(inTenant, [scope.tenant.id]);
  const rows = await query.andWhere('state', among === 'deleted' ? '=' : '<>', 'deleted').orderBy('name_key');
  return (rows as UserRow[]).map(toUser);
}

/** @returns a deleted user, even if the restore window has ended; null if there is none with this ID */
export async function findDeleted(database: Database, scope: Scope, id: string): Promise<User | null> {
  const [row] = await findDeletedQuery(database, { tenant: scope.tenant.id, id });
  return row ? toUser(row) : null;
}

/** @returns the number of active Global admins, including those who have not chosen a password yet */
export async function countActiveGlobalAdmins(database: Database, scope: Scope): Promise<number> {
  return (await countGlobalAdmins(database, { tenant: scope.tenant.id }))[0]?.count ?? 0;
}

/**
 * Locks a user for the rest of a transaction that already holds the tenant's lock. This is needed because users change
 * their own language without the tenant's lock.
 */
export async function lock(database: Database, scope: Scope, id: string): Promise<void> {
  if (database.dialect === 'postgres')
    await database.knex('users').where({ tenant_id: scope.tenant.id, id }).forNoKeyUpdate().select('id');
}

/**
 * Locks the tenant's users with these user names for the rest of a transaction that already holds the tenant's lock.
 * This is needed because users change their own language without the tenant's lock, and an import writes every field.
 */
export async function lockByUsernames(database: Database, scope: Scope, usernames: readonly string[]): Promise<void> {
  if (database.dialect !== 'postgres') return;
  const own = database.knex('users').where({ tenant_id: scope.tenant.id }).whereIn('username', usernames);
  await own.forNoKeyUpdate().select('id');
}

/**
 * Updates only the given fields of a user and increments the version. If the user loses the Global admin level, stores
 * the time.
 */
export function update(database: Database, scope: Scope, id: string, changes: Partial<UserChanges>): Promise<void> {
  return database.transaction(async (tx) => {
    const own = { tenant_id: scope.tenant.id, id };
    const user = await tx.knex('users').where(own).first<IndexedRow | undefined>(indexedColumns);
    if (user === undefined) return;
    const indexed = toIndexedColumns(user, changes, scope.tenant.language);
    await tx
      .knex('users')
      .where(own)
      .update({
        ...toColumns(changes),
        ...indexed,
        version: nextVersion(tx),
        updated_at: scope.now,
        global_admin_until: tx.knex.raw(globalAdminUntil, [changes.administratorLevel ?? null, scope.now]),
      });
    await reindexUsers(tx, [{ ...indexed, number: user.number, tenant_id: scope.tenant.id }]);
  });
}

/**
 * Sets a user's state and increments the epoch, which invalidates sessions and links.
 * @param at the time of the change, epoch ms
 */
export async function setState(
  database: Database,
  scope: Scope,
  id: string,
  state: User['state'],
  at: number,
): Promise<void> {
  const { knex } = database;
  const deletion = state === 'deleted' ? { deleted_at: at, state_before: knex.ref('state') } : { deleted_at: null };
  await knex('users')
    .where({ tenant_id: scope.tenant.id, id })
    .update({ state, ...deletion, epoch: knex.raw('epoch + 1'), version: nextVersion(database), updated_at: at });
}

/** Restores a deleted user to the state before the deletion, active or blocked. */
export async function restore(database: Database, scope: Scope, id: string): Promise<void> {
  const { knex } = database;
  await knex('users')
    .where({ tenant_id: scope.tenant.id, id, state: 'deleted' })
    .update({
      state: knex.raw("coalesce(state_before, 'active')"),
      deleted_at: null,
      epoch: knex.raw('epoch + 1'),
      version: nextVersion(database),
      updated_at: scope.now,
    });
}

export async function setLanguage(database: Database, scope: Scope, id: string, language: Language): Promise<void> {
  const own = { tenant_id: scope.tenant.id, id };
  await database
    .knex('users')
    .where(own)
    .update({ language, version: nextVersion(database), updated_at: scope.now });
}

export { insert, insertMany } from './users.batch.store.ts';
export { countDeleted, page, pageOfDeleted, searchDeleted } from './users.list.store.ts';

const usersPerBatch = 1_000;

function query(first: boolean) {
  return preparedQuery<UserRow>(`users.every ${first}`, (knex, $) => {
    const batch = knex('users')
      .select([...userColumns, 'users.name_key'])
      .where('tenant_id', $('tenant'))
      .whereRaw(notDeleted)
      .orderBy(['name_key', 'id'])
      .limit(usersPerBatch);
    return first ? batch : batch.whereRaw('(name_key, id) > (?, ?)', [$('key'), $('id')]);
  });
}

/** Reads all users of a tenant in batches, sorted by name, for the operator's commands. */
export async function* listByName(database: Database, tenantId: string): AsyncGenerator<User> {
  for (let last: UserRow | undefined; ;) {
    const place = last && { key: last.name_key, id: last.id };
    const rows: UserRow[] = await query(last === undefined)(database, { tenant: tenantId, ...place });
    yield* rows.map(toUser);
    last = rows.at(-1);
    if (rows.length < usersPerBatch) return;
  }
}
