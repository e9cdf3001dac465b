import type { Change } from '../../domain/people/user.ts';
import type { DisplayText } from '../http/view-models.ts';
import type { PersonalEntry, EntryModel, FieldChangeModel, ParticipantModel } from './personal-data.views.ts';

/** @returns the model of a log entry on the page of a user's personal data */
export function entryModel({ at, event, kind, by, to, address }: PersonalEntry): EntryModel {
  return {
    at,
    title: event?.kind === 'signIn.failed' ? `activity:signInFailed.${event.because}` : titleKeyOf(kind),
    changes: event && 'changes' in event ? event.changes.map(changeModel) : [],
    by: by && participantModel(by),
    to: to && participantModel(to),
    concernsOthers: event === null,
    address,
  };
}

const titleKeyOf = (kind: PersonalEntry['kind']): string => `activity:kind.${kind.replace('.', '_')}`;

const participantModel = ({ id, name, pseudonym }: NonNullable<PersonalEntry['by']>): ParticipantModel => ({
  id,
  displayName: name === null ? { key: 'activity:erased', values: { pseudonym: pseudonym ?? '' } } : { text: name },
});

const changeModel = ({ field, from, to }: Change): FieldChangeModel => ({
  field,
  from: displayValue(field, from),
  to: displayValue(field, to),
});

function displayValue(field: string, value: string | null): DisplayText {
  if (value === null) return { key: 'personal-data:held.nothing' };
  if (field === 'language') return { language: value };
  if (field === 'administratorLevel') return { key: `roles:administrator.${value}` };
  if (field === 'agentLevel') return { key: `roles:agent.${value}` };
  return { text: value };
}
