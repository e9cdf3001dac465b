import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // The links by which users get in without a password. Only a digest of each is kept: nobody can make the link of it.
  await knex.schema.createTable('one_time_links', (table) => {
    table.text('id').primary();
    table.text('tenant_id').notNullable().references('id').inTable('tenants');
    table.text('user_id').notNullable().references('id').inTable('users').onDelete('cascade').index();
    table.text('digest').notNullable().unique();
    table.text('purpose').notNullable();
    // The user's epoch: whatever ends what was issued before ends the link too. When it is opened, that of its session.
    table.integer('epoch').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('expires_at').notNullable().index();
    table.bigInteger('opened_at');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('one_time_links');
}
