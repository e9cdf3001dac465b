import { type Database, preparedQuery } from '../../platform/database/database.ts';
import type { Activity, Participant } from '../../domain/activity/event.ts';
import { chainStart, type FoundEntry } from '../../domain/activity/chain.ts';
import type { Scope } from '../../domain/scope.ts';
import { rangesOf, rangesOfEdits, rangesOfTarget, selectLog, shapeOf, wholeLog, type LogRequest } from './log-query.ts';
import { supportersOf } from './supporters.store.ts';
import {
  chainColumns,
  toActivity,
  toChain,
  toFoundEntry,
  toLogEntry,
  type ActivityRow,
  type Chain,
  type ChainRow,
  type LogEntry,
  type NamedRow,
} from './rows.ts';
import { mayReadComment } from '../../domain/approval-policy.ts';
import { joinPersonal } from '../../domain/activity/personal.ts';
import { isActivityKind } from '../../domain/activity/groups.ts';

const latestShown = 8;
const editsLookedAt = 100;
const maxThrottledRead = 500;

/** How many entries an export holds in memory at once. */
export const entriesPerBatch = 100;

const chain = preparedQuery<ActivityRow>('activity.chain', (knex, $) =>
  knex('activity')
    .where('tenant_id', $('tenant'))
    .where('place', '>', $('after'))
    .where('place', '<=', $('last'))
    .orderBy('place')
    .limit(entriesPerBatch),
);

const ends = preparedQuery<ChainRow>('activity.ends', (knex, $) =>
  knex('tenants').select(chainColumns).where('id', $('tenant')),
);

const throttled = preparedQuery<{ count: number }>('activity.throttled', (knex, $) =>
  knex
    .from(
      knex('activity')
        .select('target_id')
        .where({ tenant_id: $('tenant'), kind: 'signIn.throttled' })
        .where('at', '>', $('since'))
        .limit(maxThrottledRead)
        .as('recent'),
    )
    .countDistinct({ count: 'target_id' }),
);

const latest: LogRequest = {
  filter: wholeLog,
  order: 'newestFirst',
  behind: null,
  before: null,
  limit: latestShown,
};

function latestOf(what: 'signIns' | 'others') {
  return preparedQuery<NamedRow>(`activity.latest ${what}`, (knex, $) =>
    selectLog(knex, $, rangesOfTarget(what), latest),
  );
}

const latestSignIns = latestOf('signIns');

const latestOthers = latestOf('others');

const edits: LogRequest = { ...latest, limit: editsLookedAt };

const latestEdits = preparedQuery<NamedRow>('activity.latest edits', (knex, $) =>
  selectLog(knex, $, rangesOfEdits, edits),
);

/** @returns a stretch of the log in the order that was asked for */
export async function stretch(database: Database, scope: Scope, request: LogRequest): Promise<LogEntry[]> {
  const { name, values } = shapeOf(request);
  const read = preparedQuery<NamedRow>(name, (knex, $) => selectLog(knex, $, rangesOf(request.filter), request));
  const rows = await read(database, { tenant: scope.tenant.id, ...values });
  const known = await supportersOf(database, scope, rows);
  return rows.map((row) => withheld(scope, toLogEntry(row, known)));
}

/** @returns the entries of the chain behind a place, up to another one: as many as an export holds at once */
export async function batchOfChain(
  database: Database,
  scope: Scope,
  after: number,
  last: number,
): Promise<FoundEntry[]> {
  return (await chain(database, { tenant: scope.tenant.id, after, last })).map((row) =>
    withheldFromFile(scope, toFoundEntry(row)),
  );
}

/** @returns where the tenant's chain begins and ends now */
export async function endsOfChain(database: Database, scope: Scope): Promise<Chain> {
  const [row] = await ends(database, { tenant: scope.tenant.id });
  return row === undefined ? { anchor: chainStart, length: 0, hash: '' } : toChain(row);
}

/** @returns the latest events that concern a user, newest first: strangers' tries push nothing else out of it */
export async function latestOfUser(database: Database, scope: Scope, userId: string): Promise<Activity[]> {
  const values = { tenant: scope.tenant.id, user: userId, ...shapeOf(latest).values };
  const rows = [...(await latestSignIns(database, values)), ...(await latestOthers(database, values))];
  const known = await supportersOf(database, scope, rows);
  const found = rows.map((row) => toActivity(row, known));
  return found.sort((one, other) => other.at - one.at || other.place - one.place);
}

/** @returns the latest edits of a user, newest first */
export async function editsOfUser(database: Database, scope: Scope, userId: string): Promise<Activity[]> {
  const rows = await latestEdits(database, { tenant: scope.tenant.id, user: userId, ...shapeOf(edits).values });
  const known = await supportersOf(database, scope, rows);
  return rows.map((row) => toActivity(row, known));
}

/** @returns for how many users signing in was stopped after too many tries, of the latest. @param since epoch ms */
export async function countThrottled(database: Database, scope: Scope, since: number): Promise<number> {
  return (await throttled(database, { tenant: scope.tenant.id, since }))[0]?.count ?? 0;
}

/** @returns an entry as the scope's actor may read it: without what was written to others */
export function withheld(scope: Scope, entry: LogEntry): LogEntry {
  const { activity } = entry;
  const { event } = activity;
  if (!('said' in event) || mayReadComment(scope, activity)) return entry;
  return { ...entry, activity: { ...activity, event: { ...event, said: '' } }, found: withoutPersonal(entry.found) };
}

/** The same for an entry as the chain binds it: what is personal in it is left out as if it were erased. */
export function withheldFromFile(scope: Scope, found: FoundEntry): FoundEntry {
  if (!found.kind.startsWith('approval.') || !isActivityKind(found.kind)) return found;
  const { event } = joinPersonal(found.kind, found.data, found.personal);
  const [actor, target] = [asParticipant(found.actorId), asParticipant(found.targetId)];
  return mayReadComment(scope, { event, actor, target }) ? found : withoutPersonal(found);
}

const withoutPersonal = (found: FoundEntry): FoundEntry => ({ ...found, personal: null, personalSalt: null });

const asParticipant = (id: string | null): Participant | null =>
  id === null ? null : { id, name: null, pseudonym: null };
