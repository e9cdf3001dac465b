import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // One row at most: the link that sets up the first tenant, kept as a digest.
  await knex.schema.createTable('setup', (table) => {
    table.integer('id').primary();
    table.text('token_digest').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('setup');
}
