import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // What the cookie opens. The key is a digest: who reads the table cannot take a session over.
  await knex.schema.createTable('sessions', (table) => {
    table.text('key').primary();
    table.text('data').notNullable();
    table.bigInteger('expires_at').notNullable().index();
  });
  // What a user sees as "my sessions"; a session that has no row here is over, whatever a cookie says.
  await knex.schema.createTable('user_sessions', (table) => {
    table.text('id').primary();
    table.text('user_id').notNullable().references('id').inTable('users').index();
    table.text('address');
    table.text('device').notNullable();
    table.bigInteger('created_at').notNullable();
    table.bigInteger('seen_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('user_sessions');
  await knex.schema.dropTable('sessions');
}
