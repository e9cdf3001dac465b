import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('users', (table) => {
    table.bigInteger('deleted_at');
  });
  // Few users are ever in it: the list of deleted ones and the purge read it instead of everybody.
  await knex.raw("create index users_deleted on users (tenant_id, deleted_at, id) where state = 'deleted'");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index users_deleted');
  await knex.schema.alterTable('users', (table) => {
    table.dropColumn('deleted_at');
  });
}
