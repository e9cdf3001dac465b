import type { Knex } from 'knex';

// What makes pseudonyms of the tenant's erased people; null until there is the first of them.
export async function up(knex: Knex): Promise<void> {
  // In plain words: Knex would make the table anew in SQLite.
  await knex.raw('alter table tenants add column pseudonym_key text');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table tenants drop column pseudonym_key');
}
