import type { Knex } from 'knex';

// Set on users who arrived with a tenant that moved here and whose second factor stayed behind, until they enroll again.
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table users add column second_factor_due integer not null default 0');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column second_factor_due');
}
