import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // The operator's own people are a tenant too, and there is one of it.
  await knex.raw("alter table tenants add column kind text not null default 'partner'");
  await knex.raw("create unique index tenants_of_operators on tenants (kind) where kind = 'operators'");
  await knex.schema.createTable('support_grants', (table) => {
    table.text('id').primary();
    table.text('tenant_id').notNullable().references('id').inTable('tenants').onDelete('cascade');
    // No references: either may be erased, and what they did stays.
    table.text('operator_id').notNullable();
    table.text('granted_by').notNullable();
    table.text('purpose').notNullable();
    table.text('level').notNullable();
    table.bigInteger('granted_at').notNullable();
    table.bigInteger('ends_at').notNullable();
    table.bigInteger('entered_at');
    // Set by whatever ended it: an administrator, the operator's company, or its time.
    table.bigInteger('ended_at');
    table.text('outcome');
    table.index(['tenant_id', 'granted_at'], 'support_grants_by_tenant');
    table.index(['operator_id', 'granted_at'], 'support_grants_by_operator');
  });
  await knex.raw('create index support_grants_open on support_grants (ends_at) where ended_at is null');
  // The grant under which a session acts in a tenant that is not its user's own.
  await knex.raw('alter table user_sessions add column support_grant_id text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table user_sessions drop column support_grant_id');
  await knex.schema.dropTable('support_grants');
  await knex.raw('drop index tenants_of_operators');
  await knex.raw('alter table tenants drop column kind');
}
