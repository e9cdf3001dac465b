import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw("alter table tenants add column own_rules text not null default '{}'");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table tenants drop column own_rules');
}
