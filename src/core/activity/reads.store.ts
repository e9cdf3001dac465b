import type { Database } from '../../platform/database/database.ts';
import type { Activity } from '../../domain/activity/event.ts';
import { beginningOfChain, type FoundEntry } from '../../domain/activity/chain.ts';
import type { Scope } from '../../domain/scope.ts';
import { withheld, withheldFromFile } from './withheld.ts';
import { activityBehind } from './controllers.store.ts';
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

const latestShown = 8;
const editsLookedAt = 100;
const mostThrottledLookedAt = 500;

/** How many entries an export holds in memory at once. */
export const entriesPerBatch = 100;

/** What may be read of the log of the scope's tenant, and of no other. */
export function activityReads(database: Database) {
  const chain = database.prepare<ActivityRow>('activity.chain', (knex, $) =>
    knex('activity')
      .where('tenant_id', $('tenant'))
      .where('place', '>', $('after'))
      .where('place', '<=', $('last'))
      .orderBy('place')
      .limit(entriesPerBatch),
  );
  const ends = database.prepare<ChainRow>('activity.ends', (knex, $) =>
    knex('tenants').select(chainColumns).where('id', $('tenant')),
  );
  const throttled = database.prepare<{ count: number }>('activity.throttled', (knex, $) =>
    knex
      .from(
        knex('activity')
          .select('target_id')
          .where({ tenant_id: $('tenant'), kind: 'signIn.throttled' })
          .where('at', '>', $('since'))
          .limit(mostThrottledLookedAt)
          .as('recent'),
      )
      .countDistinct({ count: 'target_id' }),
  );

  const supporters = supportersOf(database);

  const latest: LogRequest = {
    filter: wholeLog,
    order: 'newestFirst',
    behind: null,
    before: null,
    limit: latestShown,
  };
  const latestOf = (what: 'signIns' | 'others') =>
    database.prepare<NamedRow>(`activity.latest ${what}`, (knex, $) =>
      selectLog(knex, $, rangesOfTarget(what), latest),
    );
  const latestSignIns = latestOf('signIns');
  const latestOthers = latestOf('others');
  const edits: LogRequest = { ...latest, limit: editsLookedAt };
  const latestEdits = database.prepare<NamedRow>('activity.latest edits', (knex, $) =>
    selectLog(knex, $, rangesOfEdits, edits),
  );

  return {
    ...activityBehind(database),

    /** @returns a stretch of the log in the order that was asked for */
    stretch: async (scope: Scope, request: LogRequest): Promise<LogEntry[]> => {
      const { name, values } = shapeOf(request);
      const read = database.prepare<NamedRow>(name, (knex, $) => selectLog(knex, $, rangesOf(request.filter), request));
      const rows = await read({ tenant: scope.tenant.id, ...values });
      const known = await supporters(scope, rows);
      return rows.map((row) => withheld(scope, toLogEntry(row, known)));
    },

    /** @returns the entries of the chain behind a place, up to another one: as many as an export holds at once */
    batchOfChain: async (scope: Scope, after: number, last: number): Promise<FoundEntry[]> =>
      (await chain({ tenant: scope.tenant.id, after, last })).map((row) => withheldFromFile(scope, toFoundEntry(row))),

    /** @returns where the tenant's chain begins and ends now */
    endsOfChain: async (scope: Scope): Promise<Chain> => {
      const [row] = await ends({ tenant: scope.tenant.id });
      return row === undefined ? { anchor: beginningOfChain, length: 0, hash: '' } : toChain(row);
    },

    /** @returns the latest events that concern a user, newest first: strangers' tries push nothing else out of it */
    latestOfUser: async (scope: Scope, userId: string): Promise<Activity[]> => {
      const values = { tenant: scope.tenant.id, user: userId, ...shapeOf(latest).values };
      const rows = [...(await latestSignIns(values)), ...(await latestOthers(values))];
      const known = await supporters(scope, rows);
      const found = rows.map((row) => toActivity(row, known));
      return found.sort((one, other) => other.at - one.at || other.place - one.place);
    },

    /** @returns the latest edits of a user, newest first */
    editsOfUser: async (scope: Scope, userId: string): Promise<Activity[]> => {
      const rows = await latestEdits({ tenant: scope.tenant.id, user: userId, ...shapeOf(edits).values });
      const known = await supporters(scope, rows);
      return rows.map((row) => toActivity(row, known));
    },

    /** @returns for how many users signing in was stopped after too many tries, of the latest. @param since epoch ms */
    countThrottled: async (scope: Scope, since: number): Promise<number> =>
      (await throttled({ tenant: scope.tenant.id, since }))[0]?.count ?? 0,
  };
}
