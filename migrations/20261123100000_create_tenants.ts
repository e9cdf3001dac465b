import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('tenants', (table) => {
    table.text('id').primary();
    table.text('name').notNullable();
    table.text('language').notNullable();
    table.text('state').notNullable();
    table.bigInteger('created_at').notNullable();
    // The end of the tenant's activity log: how many entries it has, and the hash of the last one.
    table.bigInteger('activity_length').notNullable().defaultTo(0);
    table.text('activity_hash').notNullable().defaultTo('');
  });
  await knex.schema.createTable('tenant_domains', (table) => {
    table.text('domain').primary();
    table.text('tenant_id').notNullable().references('id').inTable('tenants').index();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('tenant_domains');
  await knex.schema.dropTable('tenants');
}
