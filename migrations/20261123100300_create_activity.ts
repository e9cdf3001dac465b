import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('activity', (table) => {
    table.bigIncrements('id');
    // Null where a sign-in was tried under a name that belongs to no tenant of this region.
    table.text('tenant_id').references('id').inTable('tenants');
    // The entry's place in its tenant's chain, from 1, and its hash, which binds all before it; null without a tenant.
    table.bigInteger('place');
    table.text('hash');
    table.bigInteger('at').notNullable();
    table.text('kind').notNullable();
    table.text('data').notNullable();
    table.text('actor_id');
    table.text('target_id');
    table.text('request_id').notNullable();
    // What can be taken out when a person is erased: the chain holds its digest, which stays.
    table.text('personal');
    table.text('personal_salt');
    table.text('personal_digest').notNullable();
    table.unique(['tenant_id', 'place'], { indexName: 'activity_chain' });
    table.index(['tenant_id', 'id'], 'activity_by_tenant');
    table.index(['target_id', 'id'], 'activity_by_target');
    table.index(['actor_id', 'id'], 'activity_by_actor');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('activity');
}
