import type { Knex } from 'knex';

// Counts the writes to what others see and edit of a user, so that a form can tell whether it still shows the stored values.
export async function up(knex: Knex): Promise<void> {
  // As plain SQL: for an added column Knex would rebuild the table in SQLite.
  await knex.raw('alter table users add column version integer not null default 1');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column version');
}
