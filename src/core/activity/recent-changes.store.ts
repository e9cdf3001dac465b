import type { Activity } from '../../domain/activity/event.ts';
import type { ActivityKind } from '../../domain/activity/groups.ts';
import type { Scope } from '../../domain/scope.ts';
import { type Database, preparedQuery } from '../../platform/database/database.ts';
import { toActivity, type NamedRow } from './activity.mapping.ts';
import { findGrantParticipants } from './grant-participants.store.ts';
import { joinNames, selectLog, shapeOf, wholeLog, type LogRequest } from './log-query.ts';

const maxRulesChanges = 100;
const stateChanges: readonly ActivityKind[] = ['user.blocked', 'user.unblocked', 'user.deleted', 'user.restored'];

const rulesChanges: LogRequest = {
  filter: wholeLog,
  order: 'newestFirst',
  after: null,
  before: null,
  limit: maxRulesChanges,
};

const latestRulesChanges = preparedQuery<NamedRow>('activity.latest rules', (knex, $) =>
  selectLog(knex, $, [{ column: null, kind: 'tenant.rulesChanged' }], rulesChanges),
);

/** @returns the latest changes to the tenant's own rules, newest first */
export async function latestChangesOfRules(database: Database, scope: Scope): Promise<Activity[]> {
  const values = { tenant: scope.tenant.id, ...shapeOf(rulesChanges).values };
  return toActivities(database, scope, await latestRulesChanges(database, values));
}

/** @returns the latest event per user that blocked, unblocked, deleted or restored the user */
export async function latestChangesOfState(
  database: Database,
  scope: Scope,
  userIds: readonly string[],
): Promise<Activity[]> {
  const tenant_id = scope.tenant.id;
  const latest = database
    .knex('activity')
    .where({ tenant_id })
    .whereIn('target_id', userIds)
    .whereIn('kind', stateChanges)
    .groupBy('target_id')
    .max('place');
  const rows = database.knex('activity').where('activity.tenant_id', tenant_id).whereIn('activity.place', latest);
  return toActivities(database, scope, (await joinNames(rows).orderBy('activity.place', 'desc')) as NamedRow[]);
}

/**
 * @returns whether an event of this kind has been recorded for the user since the given time.
 * @param since the start of the period, epoch ms, exclusive
 */
export async function hasRecorded(
  database: Database,
  scope: Scope,
  kind: ActivityKind,
  userId: string,
  since: number,
): Promise<boolean> {
  const own = { tenant_id: scope.tenant.id, target_id: userId, kind };
  return (await database.knex('activity').where(own).where('at', '>', since).first('place')) !== undefined;
}

async function toActivities(database: Database, scope: Scope, rows: readonly NamedRow[]): Promise<Activity[]> {
  const known = await findGrantParticipants(database, scope, rows);
  return rows.map((row) => toActivity(row, known));
}
