import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // One row at most: the region that the database belongs to. It is written by the process that migrates, under the
  // migration lock, because the migration itself does not know the region.
  await knex.schema.createTable('deployment', (table) => {
    table.integer('id').primary();
    table.text('region').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('deployment');
}
