import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // The operator's own list of passwords that no user may choose. Each row contains the digests that share the same
  // first two bytes, sorted and without those bytes.
  await knex.schema.createTable('password_list', (table) => {
    table.integer('bucket').primary();
    table.binary('digests').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('password_list');
}
