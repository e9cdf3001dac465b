import type { Knex } from 'knex';
import { type Build, type Database, preparedQuery } from '../../platform/database/database.ts';
import { areTwoBy, type Behind } from '../../domain/approvals.ts';
import type { Scope } from '../../domain/scope.ts';
import { actingUserId } from '../../domain/principal.ts';

type $ = Parameters<Build>[1];

// Spelt out, not bound: only then does the index of what was done to somebody fit.
const accessKinds =
  "('user.added', 'user.restored', 'user.unblocked', 'user.edited', 'password.reset', 'password.issued', 'secondFactor.removed')";
const levelRaises = ['"from":"none"', '"from":"billing"', '"from":"userManagement","to":"global"'];
const isLevelRaise = levelRaises.map((change) => `activity.data like '%"administratorLevel",${change}%'`).join(' or ');
const givesAccess = `activity.kind in ${accessKinds} and activity.actor_id <> activity.target_id and (activity.kind <> 'user.edited' or ${isLevelRaise})`;

// Else SQLite walks through everything that anybody did, in the order of who did it.
const actorIdUnindexed = "actor_id || ''";

function findControllersOf(name: string, those: (query: Knex.QueryBuilder, $: $, knex: Knex) => Knex.QueryBuilder) {
  return preparedQuery<{ id: string; person: string }>(name, (knex, $) =>
    knex
      .withRecursive('behind', ['id', 'person', 'at'], (first) =>
        those(first.select('those.id', 'activity.actor_id', 'activity.at'), $, knex)
          .joinRaw('cross join activity')
          .where('activity.tenant_id', $('tenant'))
          .whereRaw('activity.target_id = those.id')
          .whereRaw(givesAccess)
          .where('activity.at', '>', $('since'))
          .union((next) => {
            void next
              .select('behind.id', 'activity.actor_id', 'activity.at')
              .from('behind')
              // In this order: from the few whom it begins with, by the index of what was done to somebody.
              .joinRaw('cross join activity')
              .where('activity.tenant_id', $('tenant'))
              .whereRaw('activity.target_id = behind.person and activity.at <= behind.at')
              .whereRaw(givesAccess)
              .where('activity.at', '>', $('since'));
          }),
      )
      .distinct('id', 'person')
      .from('behind'),
  );
}

const controllersOfAdministrators = findControllersOf('activity.behind', (query, $) =>
  query
    .from('users as those')
    .where('those.tenant_id', $('tenant'))
    .whereRaw("those.administrator_level in ('global', 'userManagement') and those.state = 'active'"),
);

// Whatever has become of them since.
const controllersOfDeleters = findControllersOf('activity.behindDeletions', (query, $, knex) =>
  query.from(
    knex.raw(
      `(select ${actorIdUnindexed} as id from activity where tenant_id = ? and kind = 'user.deleted' and at > ?
        union select cast(? as text)) as those`,
      [$('tenant'), $('deletedSince'), $('actor')],
    ),
  ),
);

const deletions = preparedQuery<{ actor: string; count: number }>('activity.deletions', (knex, $) =>
  knex('activity')
    .select(knex.raw(`${actorIdUnindexed} as actor`))
    .where({ tenant_id: $('tenant'), kind: 'user.deleted' })
    .where('at', '>', $('since'))
    .whereNotNull('actor_id')
    .groupByRaw(actorIdUnindexed)
    .count({ count: '*' }),
);

/** @returns who has let each active administrator in, or let in who did. @param since epoch ms, not included */
export async function findAccountControllers(database: Database, { tenant }: Scope, since: number): Promise<Behind> {
  return byId(await controllersOfAdministrators(database, { tenant: tenant.id, since }));
}

/**
 * @param since epoch ms, not included: of the deletions, and of what lets somebody in
 * @returns how many users were deleted by the scope's actor, or by anybody who may be the same person
 */
export async function countDeletions(
  database: Database,
  scope: Scope,
  since: { readonly deleted: number; readonly controlled: number },
): Promise<number> {
  const { tenant } = scope;
  const own = actingUserId(scope);
  const found = await deletions(database, { tenant: tenant.id, since: since.deleted });
  if (found.every((each) => each.actor === own)) return found[0]?.count ?? 0;
  const values = { tenant: tenant.id, actor: own, deletedSince: since.deleted, since: since.controlled };
  const areTwo = areTwoBy(byId(await controllersOfDeleters(database, values)));
  return found.filter((each) => !areTwo(own, each.actor)).reduce((sum, { count }) => sum + count, 0);
}

const byId = (rows: readonly { id: string; person: string }[]): Behind =>
  new Map([...Map.groupBy(rows, ({ id }) => id)].map(([id, of]) => [id, new Set(of.map(({ person }) => person))]));
