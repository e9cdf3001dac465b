import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Byte order in both databases: otherwise a page that ends on one would not continue on the other.
  const sortable = (knex.client as { config: { client: string } }).config.client === 'pg' ? 'text collate "C"' : 'text';
  await knex.schema.createTable('users', (table) => {
    table.text('id').primary();
    table.text('tenant_id').notNullable().references('id').inTable('tenants');
    table.specificType('username', sortable).notNullable().unique();
    table.text('first_name').notNullable();
    table.text('last_name').notNullable();
    table.text('display_name').notNullable();
    table.specificType('name_key', sortable).notNullable();
    table.text('administrator_level').notNullable();
    table.text('agent_level').notNullable();
    table.text('language');
    table.text('state').notNullable();
    table.text('password_hash').notNullable();
    table.text('password').notNullable();
    table.bigInteger('temporary_until');
    table.text('password_set_by');
    table.bigInteger('password_set_at').notNullable();
    table.integer('epoch').notNullable();
    // 0 before the first sign-in: a null would have no place in the order of a page.
    table.bigInteger('last_sign_in_at').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('deleted_at');
    // To what a restored user returns: one who was blocked stays blocked.
    table.text('state_before');
    table.index(['tenant_id', 'name_key', 'id'], 'users_by_name');
    table.index(['tenant_id', 'username', 'id'], 'users_by_username');
    table.index(['tenant_id', 'last_sign_in_at', 'id'], 'users_by_last_sign_in');
  });
  await knex.raw(globalAdmins);
  await knex.raw("create index users_deleted on users (tenant_id, deleted_at, id) where state = 'deleted'");
}

// Few users hold this level, and every dashboard asks for them. Few are ever deleted, and their list and the purge ask.
const globalAdmins =
  "create index users_global_admins on users (tenant_id, name_key) where administrator_level = 'global'";

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('users');
}
