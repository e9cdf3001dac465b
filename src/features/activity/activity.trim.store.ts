import type { Database } from '../../data/database.ts';
import type { ChainAnchor } from '../../domain/activity-chain.ts';
import type { Scope, ScopeTenant } from '../../domain/scope.ts';

/** An entry at the front of a log. */
export interface FrontEntry extends ChainAnchor {
  /** Epoch ms. */
  readonly at: number;
  readonly kind: string;
}

/** Takes from the front of the tenants' logs what has been kept for long enough. */
export function activityTrimStore(database: Database) {
  const { knex } = database;

  return {
    /** @returns tenants whose first entry that is left was recorded before a time, epoch ms: one look for each, however long their logs */
    findOverdueForOperator: async (before: number): Promise<ScopeTenant[]> => {
      const first = knex('activity').select('at').whereRaw('tenant_id = tenants.id').orderBy('place').limit(1);
      return knex('tenants').select('id', 'name', 'language').whereRaw('(?) < ?', [first, before]).orderBy('id');
    },

    /** @returns the first entries that are left of the log */
    front: async (scope: Scope, most: number): Promise<FrontEntry[]> => {
      const ofTenant = knex('activity').where({ tenant_id: scope.tenant.id });
      return ofTenant.select('place', 'hash', 'at', 'kind').orderBy('place').limit(most);
    },

    /** Drops the log up to an entry, which it then continues. */
    drop: async (scope: Scope, { place, hash }: ChainAnchor): Promise<void> => {
      const { id } = scope.tenant;
      await knex('activity').where({ tenant_id: id }).where('place', '<=', place).delete();
      await knex('tenants').where({ id }).update({ activity_anchor_place: place, activity_anchor_hash: hash });
    },
  };
}
