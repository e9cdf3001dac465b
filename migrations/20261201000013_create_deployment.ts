import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // At most one row: the region and installation that the database is bound to. `prepareDatabase` writes it under the
  // migration lock, because migrations have no access to the configuration.
  await knex.schema.createTable('deployment', (table) => {
    table.integer('id').primary();
    table.text('region').notNullable();
    table.text('fingerprint').notNullable();
    // The serial number of the last directory that was exported.
    table.bigInteger('directory_serial').notNullable().defaultTo(0);
  });
  // The server processes that are running. They compare their rules and the fingerprints of their secrets.
  await knex.schema.createTable('processes', (table) => {
    table.text('id').primary();
    table.text('host').notNullable();
    table.integer('pid').notNullable();
    table.text('version').notNullable();
    table.text('edition').notNullable();
    table.text('revision').notNullable();
    table.text('rules').notNullable();
    table.text('session_secrets').notNullable();
    table.text('second_factor_keys').notNullable();
    // Timestamps from the database server's clock.
    table.bigInteger('started_at').notNullable();
    table.bigInteger('seen_at').notNullable();
  });
  // At most one row: the digest of the link that sets up the first tenant.
  await knex.schema.createTable('setup', (table) => {
    table.integer('id').primary();
    table.text('token_digest').notNullable();
  });
  // At most one row: the last time, epoch ms, at which expired data was deleted with a trusted clock.
  await knex.schema.createTable('retention_clock', (table) => {
    table.integer('id').primary();
    table.bigInteger('trusted_at').notNullable();
  });
  // The retention periods, in days, that time-based deletion uses. If the rules shorten a period, an operator must
  // confirm it.
  await knex.schema.createTable('retention_periods', (table) => {
    table.text('rule').primary();
    table.integer('days').notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('retention_periods');
  await knex.schema.dropTable('retention_clock');
  await knex.schema.dropTable('setup');
  await knex.schema.dropTable('processes');
  await knex.schema.dropTable('deployment');
}
