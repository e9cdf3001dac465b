import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Administrators' requests that another administrator must approve.
  await knex.schema.createTable('approvals', (table) => {
    table.text('id').primary();
    table.text('tenant_id').notNullable().references('id').inTable('tenants');
    table.text('act').notNullable();
    table.text('asker_id').notNullable().references('id').inTable('users').onDelete('cascade');
    table.integer('asker_epoch').notNullable();
    // The affected user, if there is exactly one. `subject` lists all affected users.
    table.text('target_id');
    // IDs and typed data as JSON, without names.
    table.text('subject').notNullable();
    table.text('reason').notNullable();
    table.text('state').notNullable();
    table.bigInteger('created_at').notNullable();
    // The deadline for the approver's decision or, once approved, for the requester to perform the action.
    table.bigInteger('expires_at').notNullable();
    table.text('decider_id');
    table.integer('decider_epoch');
    table.text('remark');
    table.bigInteger('decided_at');
    table.bigInteger('ended_at');
    table.text('lapsed_by');
    table.index(['tenant_id', 'created_at', 'id'], 'approvals_by_time');
    table.index(['asker_id', 'ended_at'], 'approvals_of_asker');
    table.index(['ended_at'], 'approvals_ended');
  });
  await knex.raw(
    "create index approvals_live on approvals (tenant_id, created_at) where state in ('open', 'confirmed')",
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('approvals');
}
