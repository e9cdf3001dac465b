import type { Knex } from 'knex';

// 0 where no other region shall learn of the tenant's domains.
export async function up(knex: Knex): Promise<void> {
  // In plain words: Knex would make the table anew in SQLite.
  await knex.raw('alter table tenants add column listed integer not null default 1');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table tenants drop column listed');
}
