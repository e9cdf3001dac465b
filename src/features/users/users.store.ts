import type { Database, Values } from '../../data/database.ts';
import type { Language } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { foldName, type User } from '../../domain/user.ts';
import { toUser, userColumns, type UserRow } from './users.rows.ts';
import { selectPage, shapeOf, type PageRequest } from './users.page.ts';

/** A user as it is first written, its hash included. */
export interface NewUser extends Omit<User, 'tenantId' | 'epoch' | 'deletedAt'> {
  readonly deletedAt?: number | null;
  readonly passwordHash: string;
}

/** What an edit may change of a user. */
export type UserChanges = Pick<
  User,
  'firstName' | 'lastName' | 'displayName' | 'language' | 'administratorLevel' | 'agentLevel'
>;

const mostDeletedShown = 500;

/** Users of the scope's tenant, and of no other. */
export function usersStore(database: Database) {
  const findOne = database.prepare<UserRow>('users.find', (knex, $) =>
    knex('users')
      .select(userColumns)
      .where({ tenant_id: $('tenant'), id: $('id') })
      .whereNot('state', 'deleted'),
  );
  const globalAdmins = database.prepare<UserRow>('users.globalAdmins', (knex, $) =>
    knex('users')
      .select(userColumns)
      .where({ tenant_id: $('tenant') })
      // Spelt out, not bound: only then does it fit the index of the few who hold this level.
      .whereRaw("administrator_level = 'global' and state = 'active'")
      .orderBy('name_key')
      .limit(5),
  );

  const findDeleted = database.prepare<UserRow>('users.findDeleted', (knex, $) =>
    knex('users')
      .select(userColumns)
      .where({ tenant_id: $('tenant'), id: $('id'), state: 'deleted' }),
  );
  const deleted = database.prepare<UserRow>('users.deleted', (knex, $) =>
    knex('users')
      .select(userColumns)
      .where({ tenant_id: $('tenant') })
      .whereRaw("state = 'deleted'")
      .orderBy('deleted_at', 'desc')
      .limit(mostDeletedShown),
  );
  const countDeleted = database.prepare<{ count: number }>('users.countDeleted', (knex, $) =>
    knex('users')
      .where({ tenant_id: $('tenant') })
      .whereRaw("state = 'deleted'")
      .count({ count: '*' }),
  );
  const countGlobalAdmins = database.prepare<{ count: number }>('users.countGlobalAdmins', (knex, $) =>
    knex('users')
      .where({ tenant_id: $('tenant') })
      .whereRaw("administrator_level = 'global' and state = 'active'")
      .count({ count: '*' }),
  );

  return {
    /** @returns the user, or null: for a stranger's id as for one that never was */
    find: async (scope: Scope, id: string): Promise<User | null> => {
      const [row] = await findOne({ tenant: scope.tenant.id, id });
      return row ? toUser(row) : null;
    },

    /** @returns up to five active Global admins, by name: the people whom others can turn to */
    findGlobalAdmins: async (scope: Scope): Promise<User[]> =>
      (await globalAdmins({ tenant: scope.tenant.id })).map(toUser),

    /** @returns one row more than the page holds, where there is a further one, in the page's own direction */
    page: async (scope: Scope, request: PageRequest): Promise<User[]> => {
      const { name, values } = shapeOf(request);
      const query = database.prepare<UserRow>(name, (knex, $) => selectPage(knex, $, request));
      const rows = await query({ tenant: scope.tenant.id, ...values } satisfies Values);
      return rows.map(toUser);
    },

    /** @returns a user who was deleted and can still be restored */
    findDeleted: async (scope: Scope, id: string): Promise<User | null> => {
      const [row] = await findDeleted({ tenant: scope.tenant.id, id });
      return row ? toUser(row) : null;
    },

    /** @returns the deleted users, the latest first */
    listDeleted: async (scope: Scope): Promise<User[]> => (await deleted({ tenant: scope.tenant.id })).map(toUser),

    /** @returns how many deleted users can still be restored */
    countDeleted: async (scope: Scope): Promise<number> =>
      (await countDeleted({ tenant: scope.tenant.id }))[0]?.count ?? 0,

    /** @returns how many Global admins can sign in, temporary passwords included */
    countActiveGlobalAdmins: async (scope: Scope): Promise<number> =>
      (await countGlobalAdmins({ tenant: scope.tenant.id }))[0]?.count ?? 0,

    /** Changes some of a user's own facts. */
    update: async (scope: Scope, id: string, changes: UserChanges): Promise<void> => {
      await database.knex('users').where({ tenant_id: scope.tenant.id, id }).update(toColumns(changes));
    },

    /** Sets a user's state and, with it, ends everything that was issued before. @param at epoch ms */
    setState: async (scope: Scope, id: string, state: User['state'], at: number): Promise<void> => {
      const { knex } = database;
      const deletion = state === 'deleted' ? { deleted_at: at, state_before: knex.ref('state') } : { deleted_at: null };
      await knex('users')
        .where({ tenant_id: scope.tenant.id, id })
        .update({ state, ...deletion, epoch: knex.raw('epoch + 1') });
    },

    /** Undoes a deletion: who was blocked before it is blocked again. */
    restore: async (scope: Scope, id: string): Promise<void> => {
      const { knex } = database;
      await knex('users')
        .where({ tenant_id: scope.tenant.id, id, state: 'deleted' })
        .update({
          state: knex.raw("coalesce(state_before, 'active')"),
          deleted_at: null,
          epoch: knex.raw('epoch + 1'),
        });
    },

    insert: async (scope: Scope, user: NewUser): Promise<void> => {
      await database.knex('users').insert(toRow(scope, user));
    },

    /** @returns every user of a tenant by name, for the operator's commands */
    listForOperator: async (tenantId: string): Promise<User[]> => {
      const rows = (await database
        .knex('users')
        .select(userColumns)
        .where({ tenant_id: tenantId })
        .whereNot('state', 'deleted')
        .orderBy('name_key')) as UserRow[];
      return rows.map(toUser);
    },

    setLanguage: async (scope: Scope, id: string, language: Language): Promise<void> => {
      await database.knex('users').where({ tenant_id: scope.tenant.id, id }).update({ language });
    },
  };
}

function toColumns(changes: UserChanges): Partial<UserRow> {
  const { firstName, lastName, displayName, language, administratorLevel, agentLevel } = changes;
  return {
    first_name: firstName,
    last_name: lastName,
    display_name: displayName,
    name_key: foldName(displayName),
    language,
    administrator_level: administratorLevel,
    agent_level: agentLevel,
  };
}

/** @returns the row of a new user, its hash included */
export function toRow(scope: Scope, user: NewUser): UserRow & { password_hash: string } {
  return {
    id: user.id,
    tenant_id: scope.tenant.id,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    display_name: user.displayName,
    name_key: foldName(user.displayName),
    administrator_level: user.administratorLevel,
    agent_level: user.agentLevel,
    language: user.language,
    state: user.state,
    password_hash: user.passwordHash,
    password: user.password,
    temporary_until: user.temporaryUntil,
    password_set_by: user.passwordSetBy,
    password_set_at: user.passwordSetAt,
    epoch: 0,
    last_sign_in_at: user.lastSignInAt ?? 0,
    created_at: user.createdAt,
    deleted_at: user.deletedAt ?? null,
  };
}
