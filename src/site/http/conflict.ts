import type { Activity } from '../../domain/activity/event.ts';
import type { ConflictingField, DisplayText } from './view-models.ts';

interface FieldChange {
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * Finds the user who stored the current value of a field. Some changes are not logged, and names in the log can be
 * erased. In both cases the latest entry for the field does not match the stored value, and no author is shown.
 * @param entries the log entries, newest first
 * @param changeOf finds the change of the field in an entry
 */
export function findChangeTo<Change extends FieldChange>(
  entries: readonly Activity[],
  stored: Change['to'],
  changeOf: (entry: Activity) => Change | undefined,
  textOf: (value: Change['from']) => DisplayText,
): ConflictingField['change'] {
  for (const entry of entries) {
    const change = changeOf(entry);
    if (change === undefined) continue;
    if (change.to !== stored) return null;
    return { by: actorOf(entry), from: textOf(change.from), at: entry.at };
  }
  return null;
}

function actorOf({ actor, support }: Activity): DisplayText {
  if (actor === null) return { key: 'activity:operator' };
  if (actor.name === null) return { key: 'activity:erased', values: { pseudonym: actor.pseudonym ?? '' } };
  return support ? { key: 'activity:supporter', values: { name: actor.name } } : { text: actor.name };
}
