import type { Database } from '../../platform/database/database.ts';

/** Counts the users whom an erasure would take, and all of them. */
export function erasureCountsStore({ knex }: Database) {
  return {
    /** @returns how many users were deleted at `deletedBefore` or earlier, but after `deletedAfter`, both epoch ms */
    countOverdueAcrossTenants: async (
      deletedBefore: number,
      { deletedAfter, tenantId }: { deletedAfter?: number; tenantId?: string } = {},
    ): Promise<number> => {
      const query = knex('users')
        .join('tenants', 'tenants.id', 'users.tenant_id')
        .whereRaw("users.state = 'deleted'")
        .where('users.deleted_at', '<=', deletedBefore)
        .whereNot('tenants.state', 'moving');
      if (deletedAfter !== undefined) query.where('users.deleted_at', '>', deletedAfter);
      if (tenantId !== undefined) query.where('users.tenant_id', tenantId);
      const [row] = await query.count<{ count: number }[]>({ count: '*' });
      return row?.count ?? 0;
    },

    /** @returns how many users there are, the deleted ones included */
    countUsersAcrossTenants: async (): Promise<number> => {
      const [row] = await knex('users').count<{ count: number }[]>({ count: '*' });
      return row?.count ?? 0;
    },
  };
}
