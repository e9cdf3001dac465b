import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('activity', (table) => {
    table.bigIncrements('id');
    // Null for an attempt to sign in with a user name of no tenant.
    table.text('tenant_id').references('id').inTable('tenants');
    // The entry's place in its tenant's chain, from 1, and its hash, which binds all entries before it; null without a tenant.
    table.bigInteger('place');
    table.text('hash');
    table.bigInteger('at').notNullable();
    table.text('kind').notNullable();
    table.text('data').notNullable();
    table.text('actor_id');
    table.text('target_id');
    table.text('request_id').notNullable();
    // Deleted when a person is erased: the chain binds its digest, which stays.
    table.text('personal');
    table.text('personal_salt');
    table.text('personal_digest').notNullable();
    table.unique(['tenant_id', 'place'], { indexName: 'activity_chain' });
    // The log is read by time, by kind, by person, or by kind and person: each reads one stretch of one index.
    table.index(['tenant_id', 'at', 'place'], 'activity_by_time');
    table.index(['tenant_id', 'kind', 'at', 'place'], 'activity_by_kind');
    table.index(['tenant_id', 'actor_id', 'kind', 'at', 'place'], 'activity_of_actor');
    table.index(['tenant_id', 'target_id', 'kind', 'at', 'place'], 'activity_of_target');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('activity');
}
