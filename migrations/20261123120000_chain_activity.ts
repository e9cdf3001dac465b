import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // The end of each tenant's chain: how many entries it has, and the hash of the last one.
  await knex.schema.alterTable('tenants', (table) => {
    table.bigInteger('activity_length').notNullable().defaultTo(0);
    table.text('activity_hash').notNullable().defaultTo('');
  });
  await knex.schema.alterTable('activity', (table) => {
    // The place in its tenant's chain, from 1; null where there is no tenant.
    table.bigInteger('place');
    table.text('hash');
    // What can be taken out when a person is erased: the chain holds its digest, which stays.
    table.text('personal');
    table.text('personal_salt');
    table.text('personal_digest');
    table.dropColumn('address');
    table.unique(['tenant_id', 'place'], { indexName: 'activity_chain' });
    table.index(['tenant_id', 'kind', 'id'], 'activity_by_kind');
    table.index(['tenant_id', 'at'], 'activity_by_time');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('activity', (table) => {
    table.dropIndex([], 'activity_by_time');
    table.dropIndex([], 'activity_by_kind');
    table.dropUnique([], 'activity_chain');
    table.dropColumns('place', 'hash', 'personal', 'personal_salt', 'personal_digest');
    table.text('address');
  });
  await knex.schema.alterTable('tenants', (table) => {
    table.dropColumns('activity_length', 'activity_hash');
  });
}
