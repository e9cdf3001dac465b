import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // One row at most: the region that the database belongs to. It is written by the process that migrates, under the
  // migration lock, because the migration itself does not know the region.
  await knex.schema.createTable('deployment', (table) => {
    table.integer('id').primary();
    table.text('region').notNullable();
  });
  // One row at most: the link that sets up the first tenant, stored as a digest.
  await knex.schema.createTable('setup', (table) => {
    table.integer('id').primary();
    table.text('token_digest').notNullable();
  });
  // One row at most: the newest time, epoch ms, at which expired data was deleted by a trusted clock.
  await knex.schema.createTable('retention_clock', (table) => {
    table.integer('id').primary();
    table.bigInteger('trusted_at').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('retention_clock');
  await knex.schema.dropTable('setup');
  await knex.schema.dropTable('deployment');
}
