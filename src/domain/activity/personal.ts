import type { ActivityEvent } from './event.ts';
import { toRecorded, type Principal, type RecordedPrincipal } from '../principal.ts';
import type { RegionScope } from '../scope.ts';
import type { Grant } from '../support.ts';
import type { Change } from '../people/user.ts';

// Names are erased with the user. Levels and languages are retained, so that auditors can still see how they changed.
const personalFields: ReadonlySet<Change['field']> = new Set(['firstName', 'lastName', 'displayName']);

interface Personal {
  readonly address: string | null;
  readonly changes?: readonly Change[];
  readonly said?: string | null;
  readonly purpose?: string | null;
  readonly reason?: string | null;
  /** Stored with the entry, so that an export can name the operator, who is a user of another tenant. */
  readonly support?: { readonly operator: string | null; readonly grantedBy: string | null };
}

/** The grant under which an operator acted. The hash covers these IDs. */
interface SupportIds {
  readonly grant: string;
  readonly grantedBy: string;
}

/**
 * The part of a principal that the hash covers. `id` identifies a job or client; the ID of a user is in the entry's
 * `actorId`.
 */
interface ChainedPrincipal {
  readonly kind: Principal['kind'];
  readonly id?: string;
}

/**
 * Splits an event into the data that the hash covers and the personal data that can be erased.
 * @param principal the acting principal; undefined before sign-in
 */
export function splitPersonal(
  event: ActivityEvent,
  { address, principal }: Pick<RegionScope, 'address'> & { readonly principal?: Principal | undefined },
): { data: string; personal: string } {
  const { kind: _kind, ...data } = event;
  const isPersonal = ({ field }: Change): boolean => personalFields.has(field);
  const support = principal?.kind === 'support' ? principal : null;
  const kept = {
    ...data,
    ...('changes' in data && {
      changes: data.changes.map((change) => (isPersonal(change) ? { ...change, from: null, to: null } : change)),
    }),
    ...('said' in data && { said: null }),
    ...(event.kind === 'support.granted' && { purpose: null }),
    ...('reason' in data && { reason: null }),
    ...(support && { support: idsOf(support.grant) }),
    ...(principal && { principal: chained(principal) }),
  };
  const personal: Personal = {
    address,
    ...('changes' in data && { changes: data.changes.filter(isPersonal) }),
    ...('said' in data && { said: data.said }),
    ...(event.kind === 'support.granted' && { purpose: event.purpose }),
    ...('reason' in data && { reason: data.reason }),
    ...(support && { support: { operator: support.displayName, grantedBy: support.grant.grantedBy.name } }),
  };
  return { data: JSON.stringify(kept), personal: JSON.stringify(personal) };
}

const idsOf = ({ grantId, grantedBy }: Grant): SupportIds => ({ grant: grantId, grantedBy: grantedBy.id });

function chained(principal: Principal): ChainedPrincipal {
  const { kind, id } = toRecorded(principal);
  return kind === 'job' || kind === 'client' ? { kind, id: id ?? '' } : { kind };
}

/**
 * @param actorId the acting user of the entry, if any
 * @returns the principal of an entry; null for an event before sign-in. Entries written by earlier versions contain no
 * principal, so it is derived from the acting user, if any
 */
export function principalOf(data: string, actorId: string | null): RecordedPrincipal | null {
  const { principal, support } = JSON.parse(data) as { principal?: ChainedPrincipal; support?: SupportIds };
  if (principal !== undefined) return { kind: principal.kind, id: principal.id ?? actorId };
  if (actorId === null) return null;
  return { kind: support === undefined ? 'person' : 'support', id: actorId };
}

/** Restores an event from its data and, unless it was erased, its personal data. */
export function joinPersonal(
  kind: ActivityEvent['kind'],
  data: string,
  personal: string | null,
): { event: ActivityEvent; address: string | null } {
  const written = JSON.parse(personal ?? '{"address":null}') as Personal;
  const { address, changes = [], purpose = null, said = null, reason = null } = written;
  const {
    support: _support,
    principal: _principal,
    ...rest
  } = JSON.parse(data) as object & {
    support?: SupportIds;
    principal?: ChainedPrincipal;
  };
  const event = { kind, ...rest } as ActivityEvent;
  if (event.kind === 'support.granted') return { event: { ...event, purpose }, address };
  if ('said' in event) return { event: { ...event, said }, address };
  if ('reason' in event) return { event: { ...event, reason }, address };
  if (event.kind !== 'user.edited') return { event, address };
  const whole = event.changes.map((change) => changes.find(({ field }) => field === change.field) ?? change);
  return { event: { ...event, changes: whole }, address };
}

/** The support grant that an entry is about, or under which it was recorded. */
export interface EntryGrant {
  readonly id: string;
  /** The administrator who granted the access; null if the entry is about the grant itself. */
  readonly grantedBy: string | null;
  /** The names of the operator and the administrator at the time of the event. */
  readonly names: NonNullable<Personal['support']>;
}

/** @returns the support grant of an entry, or null if there is none */
export function findGrant({ data, personal }: { data: string; personal: string | null }): EntryGrant | null {
  // Avoid parsing most entries. The data contains no user input, so this string can only be a key.
  if (!data.includes('"grant":')) return null;
  const { support, grant } = JSON.parse(data) as { support?: SupportIds; grant?: string };
  const id = support?.grant ?? grant;
  if (id === undefined) return null;
  const { support: names = { operator: null, grantedBy: null } } = JSON.parse(personal ?? '{}') as Partial<Personal>;
  return { id, grantedBy: support?.grantedBy ?? null, names };
}
