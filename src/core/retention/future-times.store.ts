import type { Database } from '../../platform/database/database.ts';
import { latestPlausible } from '../../domain/plausible-time.ts';

const newestEntry = '(select at from activity where tenant_id = tenants.id order by at desc limit 1)';

/**
 * @returns the tenants in whose log an entry is later than now. Every change that grants access is recorded in the log,
 * so the times of all other tenants are plausible.
 * @param now the current time, epoch ms
 */
export async function findTenantsAheadForOperator(database: Database, now: number): Promise<string[]> {
  return database
    .knex('tenants')
    .whereNot('state', 'moving')
    .whereRaw(`${newestEntry} > ?`, [latestPlausible(now)])
    .pluck<string[]>('id');
}

/**
 * Corrects the times of a tenant that were stored while a clock was ahead. Temporary passwords and links expire now,
 * because they would otherwise become valid when the stored time is reached. Periods that start at such a time, such as
 * the restore window, start now.
 * @param now the current time, epoch ms
 */
export async function correctForOperator(database: Database, tenantId: string, now: number): Promise<void> {
  const { knex } = database;
  const latest = latestPlausible(now);
  const isSetLater = "user_id = users.id and kind = 'password' and created_at > ?";
  await knex('users')
    .where({ tenant_id: tenantId, password: 'temporary' })
    .where('temporary_until', '>', now)
    .whereExists(knex('credentials').whereRaw(isSetLater, [latest]))
    .update({ temporary_until: now });
  for (const column of ['last_sign_in_at', 'deleted_at', 'global_admin_until'])
    await knex('users')
      .where({ tenant_id: tenantId })
      .where(column, '>', latest)
      .update({ [column]: now });
  for (const [table, column, next] of [
    ['one_time_links', 'created_at', { expires_at: now }],
    ['approvals', 'ended_at', { ended_at: now }],
    ['deliveries', 'created_at', { created_at: now }],
  ] as const)
    await knex(table).where({ tenant_id: tenantId }).where(column, '>', latest).update(next);
}

/**
 * Corrects the times of entries that do not belong to a tenant and are therefore not part of a hash chain.
 * @param now the current time, epoch ms
 */
export async function correctUnknownUserEntries(database: Database, now: number): Promise<void> {
  await database.knex('activity').whereNull('tenant_id').where('at', '>', latestPlausible(now)).update({ at: now });
}
