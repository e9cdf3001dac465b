import type { Knex } from 'knex';

/**
 * Pending deliveries to the subscribers of the activity log: IDs and typed data only. At each attempt, names and email
 * addresses are looked up, and the message is rendered.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('deliveries', (table) => {
    table.text('id').primary();
    table.text('subscriber').notNullable();
    table.text('tenant_id').notNullable().references('id').inTable('tenants');
    // The place of the delivered entry in the tenant's log; null for messages without an entry of their own.
    table.bigInteger('event_place');
    // The user to deliver to; null if the subscriber does not deliver to a user.
    table.text('user_id').references('id').inTable('users').onDelete('cascade').index();
    // The user who caused the event; null for the operator and for jobs.
    table.text('actor_id');
    table.text('kind').notNullable();
    table.text('data').notNullable();
    table.bigInteger('created_at').notNullable();
    table.integer('attempts').notNullable().defaultTo(0);
    table.bigInteger('due_at').notNullable();
    // Until this time the delivery is leased to one process.
    table.bigInteger('leased_until');
    table.index(['subscriber', 'due_at']);
    table.unique(['tenant_id', 'event_place', 'subscriber']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('deliveries');
}
