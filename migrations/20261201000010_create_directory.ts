import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // The region of each email domain.
  await knex.schema.createTable('routes', (table) => {
    table.text('domain').primary();
    table.text('region').notNullable();
    // The region whose signed directory contains the domain; null if the operator or a move added it.
    table.text('source').index();
  });
  // The public keys with which other regions sign their directories, as first seen or last accepted.
  await knex.schema.createTable('directory_keys', (table) => {
    table.text('region').primary();
    table.text('public_key').notNullable();
    // The serial number of the last imported directory. Directories with a lower serial number are refused.
    table.bigInteger('serial').notNullable().defaultTo(0);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('directory_keys');
  await knex.schema.dropTable('routes');
}
