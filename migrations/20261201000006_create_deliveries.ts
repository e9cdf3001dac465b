import type { Knex } from 'knex';

/**
 * What is still to be delivered to the subscribers of the activity log: ids and typed data only. Names, addresses and
 * wording are looked up at each attempt.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('deliveries', (table) => {
    table.text('id').primary();
    table.text('subscriber').notNullable();
    table.text('tenant_id').notNullable().references('id').inTable('tenants');
    // The log entry that is delivered, by its place in the tenant's log; null for a message that no single entry stands for.
    table.bigInteger('event_place');
    // Null for a subscriber that is no user.
    table.text('user_id').references('id').inTable('users').onDelete('cascade').index();
    // The user who caused it; null for the operator.
    table.text('actor_id');
    table.text('kind').notNullable();
    table.text('data').notNullable();
    table.bigInteger('created_at').notNullable();
    table.integer('attempts').notNullable().defaultTo(0);
    table.bigInteger('due_at').notNullable();
    // Until then the delivery belongs to the process that claimed it.
    table.bigInteger('leased_until');
    table.index(['subscriber', 'due_at']);
    table.unique(['tenant_id', 'event_place', 'subscriber']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('deliveries');
}
