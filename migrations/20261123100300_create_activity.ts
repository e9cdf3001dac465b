import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('activity', (table) => {
    table.bigIncrements('id');
    // Null where a sign-in was tried under a name that belongs to no tenant of this region.
    table.text('tenant_id').references('id').inTable('tenants');
    table.bigInteger('at').notNullable();
    table.text('kind').notNullable();
    table.text('data').notNullable();
    table.text('actor_id');
    table.text('target_id');
    table.text('address');
    table.text('request_id').notNullable();
    table.index(['tenant_id', 'id'], 'activity_by_tenant');
    table.index(['target_id', 'id'], 'activity_by_target');
    table.index(['actor_id', 'id'], 'activity_by_actor');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('activity');
}
