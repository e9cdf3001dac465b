import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // What is still to be told by mail. Ids and typed data only: names and words are looked up when it is sent.
  await knex.schema.createTable('mails', (table) => {
    table.text('id').primary();
    table.text('tenant_id').notNullable().references('id').inTable('tenants');
    table.text('user_id').notNullable().references('id').inTable('users').onDelete('cascade').index();
    // Who did what is told; null for the operator.
    table.text('actor_id');
    table.text('kind').notNullable();
    table.text('data').notNullable();
    table.bigInteger('created_at').notNullable();
    table.integer('attempts').notNullable().defaultTo(0);
    // Whoever takes a row to send it puts this off by the time that it may take: until then it is theirs.
    table.bigInteger('next_try_at').notNullable().index();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('mails');
}
