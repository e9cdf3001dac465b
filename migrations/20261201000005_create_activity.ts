import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('activity', (table) => {
    table.bigIncrements('id');
    // Null for sign-in attempts with a user name that belongs to no tenant.
    table.text('tenant_id').references('id').inTable('tenants');
    // The position in the tenant's chain, from 1, and the hash, which covers this entry and all earlier ones. Null
    // without a tenant.
    table.bigInteger('place');
    table.text('hash');
    table.bigInteger('at').notNullable();
    table.text('kind').notNullable();
    table.text('data').notNullable();
    table.text('actor_id');
    table.text('target_id');
    table.text('request_id').notNullable();
    // Deleted when a user is erased. The hash covers only the digest of this data, and the digest is retained.
    table.text('personal');
    table.text('personal_salt');
    table.text('personal_digest').notNullable();
    table.unique(['tenant_id', 'place'], { indexName: 'activity_chain' });
    // One index for each combination of filters, so that a page of the log is one range scan.
    table.index(['tenant_id', 'at', 'place'], 'activity_by_time');
    table.index(['tenant_id', 'kind', 'at', 'place'], 'activity_by_kind');
    table.index(['tenant_id', 'actor_id', 'kind', 'at', 'place'], 'activity_of_actor');
    table.index(['tenant_id', 'target_id', 'kind', 'at', 'place'], 'activity_of_target');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('activity');
}
