import type { Database, Values } from '../../data/database.ts';
import type { Language } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { foldName, type User } from '../../domain/user.ts';
import { toUser, userColumns, type UserRow } from './users.rows.ts';
import { selectPage, shapeOf, type PageRequest } from './users.page.ts';

/** A user as it is first written, its hash included. */
export interface NewUser extends Omit<User, 'tenantId' | 'epoch'> {
  readonly passwordHash: string;
}

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

function toRow(scope: Scope, user: NewUser): UserRow & { password_hash: string } {
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
  };
}
