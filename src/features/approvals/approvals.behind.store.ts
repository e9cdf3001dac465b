import type { Database } from '../../data/database.ts';
import type { Scope } from '../../domain/scope.ts';

/** Who may stand behind whose account, themselves not named: people's ids by the administrator's. */
export type Behind = ReadonlyMap<string, ReadonlySet<string>>;

// Spelt out, not bound: only then does the index of what was done to somebody fit.
const waysIn =
  "('user.added', 'user.restored', 'user.unblocked', 'user.edited', 'password.reset', 'password.issued', 'secondFactor.removed')";
const raises = ['"from":"none"', '"from":"billing"', '"from":"userManagement","to":"global"'];
const isRaise = raises.map((change) => `activity.data like '%"administratorLevel",${change}%'`).join(' or ');
const opensAWay = `activity.kind in ${waysIn} and activity.actor_id <> activity.target_id and (activity.kind <> 'user.edited' or ${isRaise})`;

/** Reads out of the log who could be signed in as whom: whoever let them in, and whoever had let those in by then. */
export function approvalsBehind(database: Database) {
  const behind = database.prepare<{ id: string; person: string }>('approvals.behind', (knex, $) =>
    knex
      .withRecursive('behind', ['id', 'person', 'at'], (first) =>
        first
          .select('users.id', 'activity.actor_id', 'activity.at')
          .from('users')
          .joinRaw('cross join activity')
          .where('users.tenant_id', $('tenant'))
          .whereRaw("users.administrator_level in ('global', 'userManagement') and users.state = 'active'")
          .whereRaw('activity.tenant_id = users.tenant_id and activity.target_id = users.id')
          .whereRaw(opensAWay)
          .where('activity.at', '>', $('since'))
          .union((next) => {
            void next
              .select('behind.id', 'activity.actor_id', 'activity.at')
              .from('behind')
              // In this order: from the few whom it begins with, by the index of what was done to somebody.
              .joinRaw('cross join activity')
              .where('activity.tenant_id', $('tenant'))
              .whereRaw('activity.target_id = behind.person and activity.at <= behind.at')
              .whereRaw(opensAWay)
              .where('activity.at', '>', $('since'));
          }),
      )
      .distinct('id', 'person')
      .from('behind'),
  );

  return {
    /** @returns who has let each active administrator in, or let in who did. @param since epoch ms, not included */
    behind: async (scope: Scope, since: number): Promise<Behind> => {
      const rows = await behind({ tenant: scope.tenant.id, since });
      const byId = Map.groupBy(rows, ({ id }) => id);
      return new Map([...byId].map(([id, of]) => [id, new Set(of.map(({ person }) => person))]));
    },
  };
}
