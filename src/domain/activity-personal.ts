import type { ActivityEvent, Change } from './activity.ts';

// Names are personal; levels and languages are what an auditor must still see after a person was erased.
const personalFields: ReadonlySet<Change['field']> = new Set(['firstName', 'lastName', 'displayName']);

interface Personal {
  readonly address: string | null;
  readonly changes?: readonly Change[];
  readonly said?: string | null;
}

/** Parts an event's data: what the chain keeps for good, and what is erased together with a person. */
export function splitPersonal(
  { kind: _kind, ...data }: ActivityEvent,
  address: string | null,
): { data: string; personal: string } {
  if ('said' in data) {
    const personal: Personal = { address, said: data.said };
    return { data: JSON.stringify({ ...data, said: null }), personal: JSON.stringify(personal) };
  }
  if (!('changes' in data))
    return { data: JSON.stringify(data), personal: JSON.stringify({ address } satisfies Personal) };
  const isPersonal = ({ field }: Change): boolean => personalFields.has(field);
  const kept = data.changes.map((change) => (isPersonal(change) ? { ...change, from: null, to: null } : change));
  const personal: Personal = { address, changes: data.changes.filter(isPersonal) };
  return { data: JSON.stringify({ ...data, changes: kept }), personal: JSON.stringify(personal) };
}

/** Puts an event together again, as far as it was not erased. */
export function joinPersonal(
  kind: ActivityEvent['kind'],
  data: string,
  personal: string | null,
): { event: ActivityEvent; address: string | null } {
  const { address, changes = [], said = null } = JSON.parse(personal ?? '{"address":null}') as Personal;
  const event = { kind, ...(JSON.parse(data) as object) } as ActivityEvent;
  if ('said' in event) return { event: { ...event, said }, address };
  if (event.kind !== 'user.edited') return { event, address };
  const whole = event.changes.map((change) => changes.find(({ field }) => field === change.field) ?? change);
  return { event: { ...event, changes: whole }, address };
}
