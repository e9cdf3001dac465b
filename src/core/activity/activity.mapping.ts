import { hmacSha256 } from '../../platform/database/digest.ts';
import type { Activity, Participant } from '../../domain/activity/event.ts';
import { isActivityKind } from '../../domain/activity/groups.ts';
import type { ChainAnchor, FoundEntry } from '../../domain/activity/chain.ts';
import { findGrant, joinPersonal, principalOf } from '../../domain/activity/personal.ts';
import { pseudonymOf } from '../../domain/people/pseudonym.ts';
import type { GrantParticipants } from './grant-participants.store.ts';

/** A row of the `activity` table. */
export interface ActivityRow {
  tenant_id: string;
  place: number;
  hash: string;
  at: number;
  kind: string;
  data: string;
  actor_id: string | null;
  target_id: string | null;
  request_id: string;
  personal: string | null;
  personal_salt: string | null;
  personal_digest: string;
}

/** A row with the joined names and the hash of the previous entry. */
export interface NamedRow extends ActivityRow {
  actor_name: string | null;
  target_name: string | null;
  /** The tenant's key, from which the pseudonyms of erased users are derived; null if none has been erased. */
  pseudonym_key: string | null;
  previous_hash: string | null;
}

/** A log entry in two forms: for display, and in the form that the hash covers. */
export interface LogEntry {
  readonly activity: Activity;
  readonly found: FoundEntry;
  /** The hash of the previous entry; '' for the first entry. */
  readonly previousHash: string;
}

type ParticipantsByGrant = ReadonlyMap<string, GrantParticipants>;

export function toActivity(row: NamedRow, supporters: ParticipantsByGrant): Activity {
  const grant = findGrant(row);
  const participants = grant === null ? undefined : supporters.get(grant.id);
  // An operator belongs to another tenant, so the join finds no name. It is read from the grant or, if the grant was
  // deleted, from the entry.
  const operator = participants?.operator ?? { id: row.actor_id, name: grant?.names.operator ?? null };
  const toNamed = (id: string | null, name: string | null): Participant | null =>
    participant(id, grant !== null && id === operator.id ? (name ?? operator.name) : name, row.pseudonym_key);
  const by = toNamed(grant?.grantedBy ?? null, participants?.grantedBy.name ?? grant?.names.grantedBy ?? null);
  return {
    place: row.place,
    at: row.at,
    ...joinPersonal(isActivityKind(row.kind) ? row.kind : 'unknown', row.data, row.personal),
    principal: principalOf(row.data, row.actor_id),
    actor: toNamed(row.actor_id, row.actor_name),
    target: toNamed(row.target_id, row.target_name),
    ...(by && { support: { grantedBy: by } }),
  };
}

function participant(id: string | null, name: string | null, key: string | null): Participant | null {
  if (id === null) return null;
  return { id, name, pseudonym: name === null ? pseudonymOf(hmacSha256(key ?? '', id)) : null };
}

export const toFoundEntry = (row: ActivityRow): FoundEntry => ({
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

export const toLogEntry = (row: NamedRow, supporters: ParticipantsByGrant): LogEntry => ({
  activity: toActivity(row, supporters),
  found: toFoundEntry(row),
  previousHash: row.previous_hash ?? '',
});

/** The anchor and the end of a tenant's chain, from the tenant's row. */
export interface Chain {
  readonly anchor: ChainAnchor;
  readonly length: number;
  readonly hash: string;
}

export interface ChainRow {
  length: number;
  hash: string;
  anchorPlace: number;
  anchorHash: string;
}

export const chainColumns = {
  length: 'activity_length',
  hash: 'activity_hash',
  anchorPlace: 'activity_anchor_place',
  anchorHash: 'activity_anchor_hash',
} as const;

export const toChain = ({ length, hash, anchorPlace, anchorHash }: ChainRow): Chain => ({
  length,
  hash,
  anchor: { place: anchorPlace, hash: anchorHash },
});
