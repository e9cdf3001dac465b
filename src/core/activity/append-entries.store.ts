import { randomBytes } from 'node:crypto';
import { processInChunks } from '../../platform/database/chunks.ts';
import type { Database } from '../../platform/database/database.ts';
import { sha256 } from '../../platform/database/digest.ts';
import type { RecordedEvent } from '../../domain/activity/delivery.ts';
import { entryHash, personalDataDigest, type ChainedEntry } from '../../domain/activity/chain.ts';
import { splitPersonal } from '../../domain/activity/personal.ts';
import type { RegionScope, Scope } from '../../domain/scope.ts';
import * as deliveriesStore from './deliveries.store.ts';

/** An event to record, with the affected user, if any. */
export type NewEntry = RecordedEvent;

/** The actor and the time of an event; `tenantId` is null for a sign-in attempt with an unknown user name. */
export interface Recorder {
  readonly tenantId: string | null;
  readonly actorId: string | null;
  /** Epoch ms. */
  readonly at: number;
}

/** A scope that may lack a principal, for example before sign-in. */
export type RecordingScope = RegionScope & Partial<Pick<Scope, 'principal'>>;

const saltBytes = 16;
const rowsPerStatement = 100;

/**
 * Appends entries to the log, and adds a delivery for each subscriber that handles them, within a transaction. The end
 * of the tenant's chain is read and written once, regardless of the number of entries.
 */
export async function appendEntries(
  database: Database,
  scope: RecordingScope,
  by: Recorder,
  entries: readonly NewEntry[],
): Promise<void> {
  const { tenantId } = by;
  if (tenantId === null) {
    await database.knex('activity').insert(entries.map((entry) => toRow(toEntry(scope, by, entry))));
    return;
  }
  const end = await reservePlaces(database, tenantId, entries.length);
  let { place, hash } = end;
  await processInChunks(entries, rowsPerStatement, (some) => {
    const rows = some.map((each) => {
      const entry = { ...toEntry(scope, by, each), place: ++place, tenantId };
      hash = entryHash(entry, hash, sha256);
      return { ...toRow(entry), tenant_id: tenantId, place, hash };
    });
    return database.knex('activity').insert(rows);
  });
  await database.knex('tenants').where({ id: tenantId }).update({ activity_hash: hash });
  const { actorId, at } = by;
  const recorded = entries.map(({ event, targetId }, index) => {
    return { event, targetId, tenantId, actorId, at, place: end.place + index + 1 };
  });
  await deliveriesStore.insertFor(database, recorded);
}

// Reserves places at the end of the tenant's chain, which locks the tenant's row until the transaction ends.
async function reservePlaces(
  database: Database,
  tenantId: string,
  by: number,
): Promise<{ /** The last place before the new entries. */ place: number; hash: string }> {
  const ends: { activity_length: number; activity_hash: string }[] = await database
    .knex('tenants')
    .where({ id: tenantId })
    .increment('activity_length', by)
    .returning(['activity_length', 'activity_hash']);
  const [end] = ends;
  if (end === undefined) throw new Error('The tenant of the entries does not exist');
  return { place: end.activity_length - by, hash: end.activity_hash };
}

interface UnchainedEntry extends Omit<ChainedEntry, 'place' | 'tenantId'> {
  readonly personal: string;
  readonly salt: string;
}

function toEntry(scope: RecordingScope, { actorId, at }: Recorder, { event, targetId }: NewEntry): UnchainedEntry {
  const { data, personal } = splitPersonal(event, scope);
  const salt = randomBytes(saltBytes).toString('base64url');
  const { requestId } = scope;
  const personalDigest = personalDataDigest(personal, salt, sha256);
  return { at, kind: event.kind, data, actorId, targetId, requestId, personalDigest, personal, salt };
}

function toRow({ at, kind, data, actorId, targetId, requestId, personalDigest, personal, salt }: UnchainedEntry) {
  return {
    at,
    kind,
    data,
    actor_id: actorId,
    target_id: targetId,
    request_id: requestId,
    personal_digest: personalDigest,
    personal,
    personal_salt: salt,
  };
}
