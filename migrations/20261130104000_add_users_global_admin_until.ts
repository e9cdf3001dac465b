import type { Knex } from 'knex';

const thirtyDaysMs = 30 * 24 * 60 * 60 * 1_000;

// When the level Global admin was last removed: it keeps its protection for a while. The activity log knows it of the
// users who lost the level before this column existed. Read tenant by tenant, by the index of kinds.
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table users add column global_admin_until bigint');
  const since = Date.now() - thirtyDaysMs;
  for (const { id } of await knex<{ id: string }>('tenants').select('id')) {
    const removals = await knex('activity')
      .where({ tenant_id: id, kind: 'user.edited' })
      .where('at', '>', since)
      .whereRaw(`data like '%"administratorLevel","from":"global"%'`)
      .groupBy('target_id')
      .select<{ target_id: string; at: number }[]>('target_id', knex.raw('max(at) as at'));
    for (const { target_id, at } of removals)
      await knex('users').where({ tenant_id: id, id: target_id }).update({ global_admin_until: at });
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table users drop column global_admin_until');
}
