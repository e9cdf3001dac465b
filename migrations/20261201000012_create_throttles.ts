import type { Knex } from 'knex';

// The columns that rate-limiter-flexible expects.
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('throttles', (table) => {
    table.string('key', 255).primary();
    table.integer('points').notNullable().defaultTo(0);
    table.bigInteger('expire').index();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('throttles');
}
