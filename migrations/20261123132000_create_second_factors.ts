import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Beside the users, so that no query of people ever reads a seed. It is sealed, by the key that `key_id` names.
  await knex.schema.createTable('second_factors', (table) => {
    table.text('user_id').primary().references('id').inTable('users').onDelete('cascade');
    table.text('seed').notNullable();
    table.text('key_id').notNullable();
    // The time step of the last code that was accepted: none of it or before is accepted again.
    table.bigInteger('last_step').notNullable();
  });
  await knex.schema.createTable('recovery_codes', (table) => {
    table.text('user_id').notNullable().references('id').inTable('users').onDelete('cascade');
    table.text('digest').notNullable();
    table.primary(['user_id', 'digest']);
  });
  // Since when somebody has a second factor, and whether a session was opened by it too.
  await knex.raw('alter table users add column second_factor_at bigint');
  await knex.raw('alter table user_sessions add column code_given integer not null default 0');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table user_sessions drop column code_given');
  await knex.raw('alter table users drop column second_factor_at');
  await knex.schema.dropTable('recovery_codes');
  await knex.schema.dropTable('second_factors');
}
