import type { Knex } from 'knex';

// Place and hash of the last entry that was dropped from the front of a tenant's log: what is left continues it.
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table tenants add column activity_anchor_place bigint not null default 0');
  await knex.raw("alter table tenants add column activity_anchor_hash text not null default ''");
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table tenants drop column activity_anchor_place');
  await knex.raw('alter table tenants drop column activity_anchor_hash');
}
