import { type Database, preparedQuery } from '../../platform/database/database.ts';
import type { Activity, Participant } from '../../domain/activity/event.ts';
import { chainStart, type FoundEntry } from '../../domain/activity/chain.ts';
import type { Scope } from '../../domain/scope.ts';
import { rangesOf, rangesOfEdits, rangesOfTarget, selectLog, shapeOf, wholeLog, type LogRequest } from './log-query.ts';
import { findGrantParticipants } from './grant-participants.store.ts';
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
} from './activity.mapping.ts';
import { mayReadComment } from '../../domain/approval-policy.ts';
import { joinPersonal } from '../../domain/activity/personal.ts';
import { isActivityKind } from '../../domain/activity/groups.ts';

const maxLatest = 8;
const maxEdits = 100;
const maxThrottledRead = 500;

/** The number of entries that an export reads into memory at a time. */
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
  after: null,
  before: null,
  limit: maxLatest,
};

function latestOf(what: 'signIns' | 'others') {
  return preparedQuery<NamedRow>(`activity.latest ${what}`, (knex, $) =>
    selectLog(knex, $, rangesOfTarget(what), latest),
  );
}

const latestSignIns = latestOf('signIns');

const latestOthers = latestOf('others');

const edits: LogRequest = { ...latest, limit: maxEdits };

const latestEdits = preparedQuery<NamedRow>('activity.latest edits', (knex, $) =>
  selectLog(knex, $, rangesOfEdits, edits),
);

/** @returns a page of the log in the requested order */
export async function listEntries(database: Database, scope: Scope, request: LogRequest): Promise<LogEntry[]> {
  const { name, values } = shapeOf(request);
  const read = preparedQuery<NamedRow>(name, (knex, $) => selectLog(knex, $, rangesOf(request.filter), request));
  const rows = await read(database, { tenant: scope.tenant.id, ...values });
  const known = await findGrantParticipants(database, scope, rows);
  return rows.map((row) => redactFor(scope, toLogEntry(row, known)));
}

/** @returns the next batch of the chain after a place, up to the last place of the export */
export async function readChainBatch(
  database: Database,
  scope: Scope,
  after: number,
  last: number,
): Promise<FoundEntry[]> {
  return (await chain(database, { tenant: scope.tenant.id, after, last })).map((row) =>
    redactForExport(scope, toFoundEntry(row)),
  );
}

/** @returns the anchor and the current end of the tenant's chain */
export async function getChainEnds(database: Database, scope: Scope): Promise<Chain> {
  const [row] = await ends(database, { tenant: scope.tenant.id });
  return row === undefined ? { anchor: chainStart, length: 0, hash: '' } : toChain(row);
}

/**
 * @returns the latest events that concern a user, newest first. Sign-in attempts are limited separately, so that an
 * attacker cannot displace the other events.
 */
export async function latestOfUser(database: Database, scope: Scope, userId: string): Promise<Activity[]> {
  const values = { tenant: scope.tenant.id, user: userId, ...shapeOf(latest).values };
  const rows = [...(await latestSignIns(database, values)), ...(await latestOthers(database, values))];
  const known = await findGrantParticipants(database, scope, rows);
  const found = rows.map((row) => toActivity(row, known));
  return found.sort((one, other) => other.at - one.at || other.place - one.place);
}

/** @returns the latest edits to a user, newest first */
export async function editsOfUser(database: Database, scope: Scope, userId: string): Promise<Activity[]> {
  const rows = await latestEdits(database, { tenant: scope.tenant.id, user: userId, ...shapeOf(edits).values });
  const known = await findGrantParticipants(database, scope, rows);
  return rows.map((row) => toActivity(row, known));
}

/**
 * @param since the start of the period, epoch ms
 * @returns the number of different users who were throttled at sign-in. Only a limited number of the latest events is
 * read
 */
export async function countThrottled(database: Database, scope: Scope, since: number): Promise<number> {
  return (await throttled(database, { tenant: scope.tenant.id, since }))[0]?.count ?? 0;
}

/** @returns the entry, without the reason or comment of an approval if the scope's actor may not read it */
export function redactFor(scope: Scope, entry: LogEntry): LogEntry {
  const { activity } = entry;
  const { event } = activity;
  if (!('said' in event) || mayReadComment(scope, activity)) return entry;
  return {
    ...entry,
    activity: { ...activity, event: { ...event, said: '' } },
    found: withoutPersonalData(entry.found),
  };
}

/**
 * Redacts an entry in the form that the hash covers; see `redactFor`. Removes the personal data in the same way as
 * erasure does, so that the entry can still be verified.
 */
export function redactForExport(scope: Scope, found: FoundEntry): FoundEntry {
  if (!found.kind.startsWith('approval.') || !isActivityKind(found.kind)) return found;
  const { event } = joinPersonal(found.kind, found.data, found.personal);
  const [actor, target] = [asParticipant(found.actorId), asParticipant(found.targetId)];
  return mayReadComment(scope, { event, actor, target }) ? found : withoutPersonalData(found);
}

const withoutPersonalData = (found: FoundEntry): FoundEntry => ({ ...found, personal: null, personalSalt: null });

const asParticipant = (id: string | null): Participant | null =>
  id === null ? null : { id, name: null, pseudonym: null };
