import { randomBytes } from 'node:crypto';
import type { Database } from '../../data/database.ts';
import type { Activity, ActivityEvent } from '../../domain/activity.ts';
import { hashOf, personalDigestOf, type ChainedEntry, type FoundEntry } from '../../domain/activity-chain.ts';
import type { RegionScope, Scope } from '../../domain/scope.ts';
import { splitPersonal } from '../../domain/activity-personal.ts';
import { sha256 } from '../../data/digest.ts';
import { selectActivity, toActivity, type ActivityRow } from './activity.rows.ts';
import { noticesStore } from '../notices/notices.store.ts';

interface ChainRow extends ActivityRow {
  tenant_id: string;
  place: number;
  hash: string;
  request_id: string;
  personal_salt: string | null;
  personal_digest: string;
}

const entriesAtOnce = 1_000;

interface EntryIds {
  readonly tenant: string | null;
  readonly actor: string | null;
  readonly target: string | null;
}

const saltBytes = 16;
const latestShown = 8;

/** The log of each tenant: entries are added, in the transaction of what they record, and never changed. */
export function activityStore(database: Database) {
  const latestOf = (name: string, operator: 'like' | 'not like') =>
    database.prepare<ActivityRow>(`activity.${name}`, (knex, $) =>
      selectActivity(knex)
        .where({ 'activity.tenant_id': $('tenant'), 'activity.target_id': $('user') })
        .where('activity.kind', operator, 'signIn.%')
        .orderBy('activity.id', 'desc')
        .limit(latestShown),
    );
  const latestSignIns = latestOf('latestSignIns', 'like');
  const latestOthers = latestOf('latestOthers', 'not like');

  // In a transaction of its own where the caller has none: the entry and the end of the chain are written together.
  const insert = (scope: RegionScope, ids: EntryIds, event: ActivityEvent, at: number): Promise<void> =>
    database.transaction((within) => insertWithin(within, scope, ids, event, at));

  return {
    /** Records what the scope's actor did to a user of the tenant, or to nobody. */
    record: (scope: Scope, event: ActivityEvent, targetId: string | null, at: number): Promise<void> =>
      insert(scope, { tenant: scope.tenant.id, actor: scope.actor?.id ?? null, target: targetId }, event, at),

    /** Records a try to sign in, when nobody is known yet: the typed name is not kept, it may be a mistyped password. */
    recordSignIn: (
      scope: RegionScope,
      user: { id: string; tenantId: string } | null,
      event: ActivityEvent,
      at: number,
    ): Promise<void> => {
      const actor = event.kind === 'signIn.succeeded' ? (user?.id ?? null) : null;
      return insert(scope, { tenant: user?.tenantId ?? null, actor, target: user?.id ?? null }, event, at);
    },

    /** @returns where each tenant's chain ends, for the operator's check */
    chainsForOperator: async (): Promise<{ tenantId: string; length: number; hash: string }[]> =>
      database
        .knex('tenants')
        .select({ tenantId: 'id', length: 'activity_length', hash: 'activity_hash' })
        .orderBy('created_at'),

    /** Reads a tenant's chain from its beginning, some entries at a time. */
    async *entriesForOperator(tenantId: string): AsyncGenerator<FoundEntry> {
      for (let last = 0; ;) {
        const query = database.knex<ChainRow>('activity').where('tenant_id', tenantId).where('place', '>', last);
        const rows = await query.orderBy('place').limit(entriesAtOnce);
        yield* rows.map(toFoundEntry);
        if (rows.length < entriesAtOnce) return;
        last = rows.at(-1)?.place ?? last;
      }
    },

    /** @returns the latest events that concern a user, newest first: strangers' tries push nothing else out of it */
    latestOfUser: async (scope: Scope, userId: string): Promise<Activity[]> => {
      const values = { tenant: scope.tenant.id, user: userId };
      const rows = [...(await latestSignIns(values)), ...(await latestOthers(values))];
      return rows.sort((one, other) => other.id - one.id).map(toActivity);
    },
  };
}

function toRow({
  at,
  kind,
  data,
  actorId,
  targetId,
  requestId,
  personalDigest,
}: Omit<ChainedEntry, 'place' | 'tenantId'>) {
  return {
    at,
    kind,
    data,
    actor_id: actorId,
    target_id: targetId,
    request_id: requestId,
    personal_digest: personalDigest,
  };
}

// Takes the end of the tenant's chain, which also makes other recorders of this tenant wait for this transaction.
async function lengthen(database: Database, tenantId: string): Promise<{ place: number; previousHash: string }> {
  const ends: { activity_length: number; activity_hash: string }[] = await database
    .knex('tenants')
    .where({ id: tenantId })
    .increment('activity_length', 1)
    .returning(['activity_length', 'activity_hash']);
  const [end] = ends;
  if (end === undefined) throw new Error('There is no such tenant to record for');
  return { place: end.activity_length, previousHash: end.activity_hash };
}

async function insertWithin(
  database: Database,
  scope: RegionScope,
  ids: EntryIds,
  event: ActivityEvent,
  at: number,
): Promise<void> {
  const { data, personal } = splitPersonal(event, scope.address);
  const salt = randomBytes(saltBytes).toString('base64url');
  const entry = {
    at,
    kind: event.kind,
    data,
    actorId: ids.actor,
    targetId: ids.target,
    requestId: scope.requestId,
    personalDigest: personalDigestOf(personal, salt, sha256),
  };
  const row = { ...toRow(entry), personal, personal_salt: salt };
  if (ids.tenant === null) {
    await database.knex('activity').insert(row);
    return;
  }
  const { place, previousHash } = await lengthen(database, ids.tenant);
  const hash = hashOf({ ...entry, place, tenantId: ids.tenant }, previousHash, sha256);
  await database.knex('activity').insert({ ...row, tenant_id: ids.tenant, place, hash });
  await database.knex('tenants').where({ id: ids.tenant }).update({ activity_hash: hash });
  // Here, so that nothing is recorded of which its target should be told and is not.
  if (ids.target !== null) {
    const recorded = { tenantId: ids.tenant, targetId: ids.target, actorId: ids.actor, event, at };
    await noticesStore(database).queue([recorded]);
  }
}

const toFoundEntry = (row: ChainRow): FoundEntry => ({
  place: row.place,
  tenantId: row.tenant_id,
  at: row.at,
  kind: row.kind,
  data: row.data,
  actorId: row.actor_id,
  targetId: row.target_id,
  requestId: row.request_id,
  personalDigest: row.personal_digest,
  hash: row.hash,
  personal: row.personal,
  personalSalt: row.personal_salt,
});
