import type { Knex } from 'knex';

// The keys by which other regions sign the directory that they share, as they were first seen or last accepted.
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('directory_keys', (table) => {
    table.text('region').primary();
    table.text('public_key').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('directory_keys');
}
