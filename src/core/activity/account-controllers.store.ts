import type { Knex } from 'knex';
import { type Build, type Database, preparedQuery } from '../../platform/database/database.ts';
import { independenceCheck, type AccountControllers } from '../../domain/approvals.ts';
import type { Scope } from '../../domain/scope.ts';
import { actingUserId } from '../../domain/principal.ts';

type $ = Parameters<Build>[1];

// Literals instead of bindings, so that the planner can use the index on the target.
const accessKinds =
  "('user.added', 'user.restored', 'user.unblocked', 'user.edited', 'password.reset', 'password.issued', 'secondFactor.removed')";
const levelRaises = ['"from":"none"', '"from":"billing"', '"from":"userManagement","to":"global"'];
const isLevelRaise = levelRaises.map((change) => `activity.data like '%"administratorLevel",${change}%'`).join(' or ');
const givesAccess = `activity.kind in ${accessKinds} and activity.actor_id <> activity.target_id and (activity.kind <> 'user.edited' or ${isLevelRaise})`;

// The expression keeps SQLite from using the index on the actor, which would make it scan the whole log.
const actorIdUnindexed = "actor_id || ''";

function findControllersOf(
  name: string,
  selectAccounts: (query: Knex.QueryBuilder, $: $, knex: Knex) => Knex.QueryBuilder,
) {
  return preparedQuery<{ id: string; person: string }>(name, (knex, $) =>
    knex
      .withRecursive('controllers', ['id', 'person', 'at'], (first) =>
        selectAccounts(first.select('accounts.id', 'activity.actor_id', 'activity.at'), $, knex)
          .joinRaw('cross join activity')
          .where('activity.tenant_id', $('tenant'))
          .whereRaw('activity.target_id = accounts.id')
          .whereRaw(givesAccess)
          .where('activity.at', '>', $('since'))
          .union((next) => {
            void next
              .select('controllers.id', 'activity.actor_id', 'activity.at')
              .from('controllers')
              // `cross join` fixes the join order in SQLite: start with the few accounts and use the index on the
              // target.
              .joinRaw('cross join activity')
              .where('activity.tenant_id', $('tenant'))
              .whereRaw('activity.target_id = controllers.person and activity.at <= controllers.at')
              .whereRaw(givesAccess)
              .where('activity.at', '>', $('since'));
          }),
      )
      .distinct('id', 'person')
      .from('controllers'),
  );
}

const controllersOfAdministrators = findControllersOf('activity.controllers', (query, $) =>
  query
    .from('users as accounts')
    .where('accounts.tenant_id', $('tenant'))
    .whereRaw("accounts.administrator_level in ('global', 'userManagement') and accounts.state = 'active'"),
);

// Includes actors who have been deleted in the meantime.
const controllersOfDeleters = findControllersOf('activity.controllersOfDeleters', (query, $, knex) =>
  query.from(
    knex.raw(
      `(select ${actorIdUnindexed} as id from activity where tenant_id = ? and kind = 'user.deleted' and at > ?
        union select cast(? as text)) as accounts`,
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

/**
 * Finds, for each active administrator, the users who may control the administrator's account, directly or indirectly,
 * because they created, restored or unblocked it, issued a credential for it, removed its second factor, or raised its
 * level.
 * @param since the start of the period, epoch ms, exclusive
 */
export async function findAccountControllers(
  database: Database,
  { tenant }: Scope,
  since: number,
): Promise<AccountControllers> {
  return byId(await controllersOfAdministrators(database, { tenant: tenant.id, since }));
}

/**
 * @param since the start of the period for deletions (`deleted`) and for events that give access to an account
 * (`controlled`), epoch ms, exclusive
 * @returns the number of users deleted by the scope's actor or by accounts that the same person may control
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
  const areIndependent = independenceCheck(byId(await controllersOfDeleters(database, values)));
  return found.filter((each) => !areIndependent(own, each.actor)).reduce((sum, { count }) => sum + count, 0);
}

const byId = (rows: readonly { id: string; person: string }[]): AccountControllers =>
  new Map([...Map.groupBy(rows, ({ id }) => id)].map(([id, of]) => [id, new Set(of.map(({ person }) => person))]));
