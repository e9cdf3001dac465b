import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('support_grants', (table) => {
    table.text('id').primary();
    table.text('tenant_id').notNullable().references('id').inTable('tenants').onDelete('cascade');
    // Not foreign keys, because the grant remains when either user is erased.
    table.text('operator_id').notNullable();
    table.text('granted_by').notNullable();
    table.text('purpose').notNullable();
    table.text('level').notNullable();
    table.bigInteger('granted_at').notNullable();
    table.bigInteger('ends_at').notNullable();
    table.bigInteger('entered_at');
    // Set when an administrator, the operator or the expiry ends the grant.
    table.bigInteger('ended_at');
    table.text('outcome');
    table.index(['tenant_id', 'granted_at'], 'support_grants_by_tenant');
    table.index(['operator_id', 'granted_at'], 'support_grants_by_operator');
  });
  await knex.raw('create index support_grants_open on support_grants (ends_at) where ended_at is null');
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('support_grants');
}
