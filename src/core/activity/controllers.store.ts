import type { Knex } from 'knex';
import { type Build, type Database, preparedQuery } from '../../platform/database/database.ts';
import { independenceCheck, type AccountControllers } from '../../domain/approvals.ts';
import type { Scope } from '../../domain/scope.ts';
import { actingUserId } from '../../domain/principal.ts';

type $ = Parameters<Build>[1];

// Spelt out, not bound: only then does the index of what was done to somebody fit.
const credentialIssuer =
  "('user.added', 'user.restored', 'user.unblocked', 'user.edited', 'password.reset', 'password.issued', 'secondFactor.removed')";
const raises = ['"from":"none"', '"from":"billing"', '"from":"userManagement","to":"global"'];
const isRaise = raises.map((change) => `activity.data like '%"administratorLevel",${change}%'`).join(' or ');
const opensAWay = `activity.kind in ${credentialIssuer} and activity.actor_id <> activity.target_id and (activity.kind <> 'user.edited' or ${isRaise})`;

// Else SQLite walks through everything that anybody did, in the order of who did it.
const ungrouped = "actor_id || ''";

function behindThose(name: string, those: (query: Knex.QueryBuilder, $: $, knex: Knex) => Knex.QueryBuilder) {
  return preparedQuery<{ id: string; person: string }>(name, (knex, $) =>
    knex
      .withRecursive('behind', ['id', 'person', 'at'], (first) =>
        those(first.select('those.id', 'activity.actor_id', 'activity.at'), $, knex)
          .joinRaw('cross join activity')
          .where('activity.tenant_id', $('tenant'))
          .whereRaw('activity.target_id = those.id')
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
}

const behindAdministrators = behindThose('activity.behind', (query, $) =>
  query
    .from('users as those')
    .where('those.tenant_id', $('tenant'))
    .whereRaw("those.administrator_level in ('global', 'userManagement') and those.state = 'active'"),
);

// Whatever has become of them since.
const behindDeletions = behindThose('activity.behindDeletions', (query, $, knex) =>
  query.from(
    knex.raw(
      `(select ${ungrouped} as id from activity where tenant_id = ? and kind = 'user.deleted' and at > ?
        union select cast(? as text)) as those`,
      [$('tenant'), $('deletedSince'), $('actor')],
    ),
  ),
);

const deletions = preparedQuery<{ actor: string; count: number }>('activity.deletions', (knex, $) =>
  knex('activity')
    .select(knex.raw(`${ungrouped} as actor`))
    .where({ tenant_id: $('tenant'), kind: 'user.deleted' })
    .where('at', '>', $('since'))
    .whereNotNull('actor_id')
    .groupByRaw(ungrouped)
    .count({ count: '*' }),
);

/** @returns who has let each active administrator in, or let in who did. @param since epoch ms, not included */
export async function behind(database: Database, { tenant }: Scope, since: number): Promise<AccountControllers> {
  return byId(await behindAdministrators(database, { tenant: tenant.id, since }));
}

/**
 * @param since epoch ms, not included: of the deletions, and of what lets somebody in
 * @returns how many users were deleted by the scope's actor, or by anybody who may be the same person
 */
export async function countDeletions(
  database: Database,
  scope: Scope,
  since: { readonly deleted: number; readonly letIn: number },
): Promise<number> {
  const { tenant } = scope;
  const own = actingUserId(scope);
  const found = await deletions(database, { tenant: tenant.id, since: since.deleted });
  if (found.every((each) => each.actor === own)) return found[0]?.count ?? 0;
  const values = { tenant: tenant.id, actor: own, deletedSince: since.deleted, since: since.letIn };
  const areTwo = independenceCheck(byId(await behindDeletions(database, values)));
  return found.filter((each) => !areTwo(own, each.actor)).reduce((sum, { count }) => sum + count, 0);
}

const byId = (rows: readonly { id: string; person: string }[]): AccountControllers =>
  new Map([...Map.groupBy(rows, ({ id }) => id)].map(([id, of]) => [id, new Set(of.map(({ person }) => person))]));
