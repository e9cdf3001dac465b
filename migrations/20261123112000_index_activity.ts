import type { Knex } from 'knex';

// The log is read by time, narrowed to a kind, to a person, or to both: each reads one stretch of one index.
// The version before, where it still runs, finds what it asks for without the indexes that go, only slower.
export async function up(knex: Knex): Promise<void> {
  await knex.schema.alterTable('activity', (table) => {
    table.index(['tenant_id', 'at', 'place'], 'activity_by_time');
    table.index(['tenant_id', 'kind', 'at', 'place'], 'activity_by_kind');
    table.index(['tenant_id', 'actor_id', 'kind', 'at', 'place'], 'activity_of_actor');
    table.index(['tenant_id', 'target_id', 'kind', 'at', 'place'], 'activity_of_target');
  });
  for (const name of ['activity_by_tenant', 'activity_by_target', 'activity_by_actor']) {
    await knex.raw('drop index ??', [name]);
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('activity', (table) => {
    table.index(['tenant_id', 'id'], 'activity_by_tenant');
    table.index(['target_id', 'id'], 'activity_by_target');
    table.index(['actor_id', 'id'], 'activity_by_actor');
  });
  for (const name of ['activity_by_time', 'activity_by_kind', 'activity_of_actor', 'activity_of_target']) {
    await knex.raw('drop index ??', [name]);
  }
}
