import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // The region of each email domain.
  await knex.schema.createTable('routes', (table) => {
    table.text('domain').primary();
    table.text('region').notNullable();
  });
  // The public keys with which other regions sign their directories, as first seen or last accepted.
  await knex.schema.createTable('directory_keys', (table) => {
    table.text('region').primary();
    table.text('public_key').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('directory_keys');
  await knex.schema.dropTable('routes');
}
