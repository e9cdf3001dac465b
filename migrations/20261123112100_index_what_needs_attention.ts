import type { Knex } from 'knex';

// Few have a temporary password at a time, and few are administrators; every dashboard asks for both.
const indexes = {
  users_temporary:
    "create index users_temporary on users (tenant_id, temporary_until) where state = 'active' and password = 'temporary'",
  users_managers:
    "create index users_managers on users (tenant_id, name_key) where administrator_level = 'userManagement'",
};

export async function up(knex: Knex): Promise<void> {
  for (const create of Object.values(indexes)) await knex.raw(create);
}

export async function down(knex: Knex): Promise<void> {
  for (const name of Object.keys(indexes)) await knex.raw('drop index ??', [name]);
}
