import type { Change } from '../../domain/people/user.ts';
import type { Shown } from '../http/view-models.ts';
import type { PersonalEntry, ShownEntry, ShownFieldChange, ShownParticipant } from './personal-data.views.ts';

/** @returns an entry of the activity log as the page of a user's data shows it */
export function shownEntry({ at, event, kind, by, to, address }: PersonalEntry): ShownEntry {
  return {
    at,
    title: event?.kind === 'signIn.failed' ? `activity:signInFailed.${event.because}` : keyOf(kind),
    changes: event && 'changes' in event ? event.changes.map(shownChange) : [],
    by: by && shownParticipant(by),
    to: to && shownParticipant(to),
    concernsOthers: event === null,
    address,
  };
}

const keyOf = (kind: PersonalEntry['kind']): string => `activity:kind.${kind.replace('.', '_')}`;

const shownParticipant = ({ id, name, pseudonym }: NonNullable<PersonalEntry['by']>): ShownParticipant => ({
  id,
  called: name === null ? { key: 'activity:erased', values: { pseudonym: pseudonym ?? '' } } : { text: name },
});

const shownChange = ({ field, from, to }: Change): ShownFieldChange => ({
  field,
  from: shownValue(field, from),
  to: shownValue(field, to),
});

function shownValue(field: string, value: string | null): Shown {
  if (value === null) return { key: 'personal-data:held.nothing' };
  if (field === 'language') return { language: value };
  if (field === 'administratorLevel') return { key: `roles:administrator.${value}` };
  if (field === 'agentLevel') return { key: `roles:agent.${value}` };
  return { text: value };
}
