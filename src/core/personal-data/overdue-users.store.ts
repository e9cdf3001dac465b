import type { Database } from '../../platform/database/database.ts';

/** @returns the number of users deleted at `deletedBefore` or earlier, and after `deletedAfter`, both epoch ms */
export async function countOverdueAcrossTenants(
  database: Database,
  deletedBefore: number,
  { deletedAfter, tenantId }: { deletedAfter?: number; tenantId?: string } = {},
): Promise<number> {
  const query = database
    .knex('users')
    .join('tenants', 'tenants.id', 'users.tenant_id')
    .whereRaw("users.state = 'deleted'")
    .where('users.deleted_at', '<=', deletedBefore)
    .whereNot('tenants.state', 'moving');
  if (deletedAfter !== undefined) query.where('users.deleted_at', '>', deletedAfter);
  if (tenantId !== undefined) query.where('users.tenant_id', tenantId);
  const [row] = await query.count<{ count: number }[]>({ count: '*' });
  return row?.count ?? 0;
}

/** @returns the number of users, including deleted ones */
export async function countUsersAcrossTenants(database: Database): Promise<number> {
  const [row] = await database.knex('users').count<{ count: number }[]>({ count: '*' });
  return row?.count ?? 0;
}
