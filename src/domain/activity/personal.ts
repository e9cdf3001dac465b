import type { ActivityEvent } from './event.ts';
import { toRecorded, type Principal, type RecordedPrincipal } from '../principal.ts';
import type { RegionScope } from '../scope.ts';
import type { Grant } from '../support.ts';
import type { Change } from '../people/user.ts';

// Names are personal; levels and languages are what an auditor must still see after a person was erased.
const personalFields: ReadonlySet<Change['field']> = new Set(['firstName', 'lastName', 'displayName']);

interface Personal {
  readonly address: string | null;
  readonly changes?: readonly Change[];
  readonly said?: string | null;
  readonly purpose?: string | null;
  readonly reason?: string | null;
  /** Names, so that a file of the log says both without the portal: the operator's own is of another tenant. */
  readonly support?: { readonly operator: string | null; readonly grantedBy: string | null };
}

/** What the chain keeps of the grant under which an operator did something: ids. */
interface SupportIds {
  readonly grant: string;
  readonly grantedBy: string;
}

/** The principal as the chain binds it. The id of a user stands in the entry's own field; for jobs and clients it is here. */
interface ChainedPrincipal {
  readonly kind: Principal['kind'];
  readonly id?: string;
}

/**
 * Splits an event into what the chain binds permanently and what is erased together with a person.
 * @param principal absent where nobody has signed in yet
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
 * @param actorId the user of the entry, if any
 * @returns who did what an entry says; null where nobody had signed in. Entries of earlier versions name no kind: without a
 * user they were the operator's, except for the attempts to sign in.
 */
export function principalOf(data: string, actorId: string | null): RecordedPrincipal | null {
  const { principal, support } = JSON.parse(data) as { principal?: ChainedPrincipal; support?: SupportIds };
  if (principal !== undefined) return { kind: principal.kind, id: principal.id ?? actorId };
  if (actorId === null) return null;
  return { kind: support === undefined ? 'person' : 'support', id: actorId };
}

/** Puts an event together again, as far as it was not erased. */
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

/** The grant that an entry is about, or that it was made under. */
export interface EntryGrant {
  readonly id: string;
  /** The administrator by whose leave an operator did this; null where the entry is only about the grant. */
  readonly grantedBy: string | null;
  /** As they were called then. */
  readonly names: NonNullable<Personal['support']>;
}

/** @returns null for an entry without one: nearly every entry */
export function findGrant({ data, personal }: { data: string; personal: string | null }): EntryGrant | null {
  // Nothing that people write stands in the data, so that this word is a key there.
  if (!data.includes('"grant":')) return null;
  const { support, grant } = JSON.parse(data) as { support?: SupportIds; grant?: string };
  const id = support?.grant ?? grant;
  if (id === undefined) return null;
  const { support: names = { operator: null, grantedBy: null } } = JSON.parse(personal ?? '{}') as Partial<Personal>;
  return { id, grantedBy: support?.grantedBy ?? null, names };
}
