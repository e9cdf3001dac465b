import { mayReadSaid } from '../../domain/approval-policy.ts';
import type { Participant } from '../../domain/activity/event.ts';
import { joinPersonal } from '../../domain/activity/personal.ts';
import type { FoundEntry } from '../../domain/activity/chain.ts';
import { isActivityKind } from '../../domain/activity/groups.ts';
import type { Scope } from '../../domain/scope.ts';
import type { LogEntry } from './rows.ts';

/** @returns an entry as the scope's actor may read it: without what was written to others */
export function withheld(scope: Scope, entry: LogEntry): LogEntry {
  const { activity } = entry;
  const { event } = activity;
  if (!('said' in event) || mayReadSaid(scope, activity)) return entry;
  return { ...entry, activity: { ...activity, event: { ...event, said: '' } }, found: withoutPersonal(entry.found) };
}

/** The same for an entry as the chain binds it: what is personal in it is left out as if it were erased. */
export function withheldFromFile(scope: Scope, found: FoundEntry): FoundEntry {
  if (!found.kind.startsWith('approval.') || !isActivityKind(found.kind)) return found;
  const { event } = joinPersonal(found.kind, found.data, found.personal);
  const [actor, target] = [asParticipant(found.actorId), asParticipant(found.targetId)];
  return mayReadSaid(scope, { event, actor, target }) ? found : withoutPersonal(found);
}

const withoutPersonal = (found: FoundEntry): FoundEntry => ({ ...found, personal: null, personalSalt: null });

const asParticipant = (id: string | null): Participant | null =>
  id === null ? null : { id, name: null, pseudonym: null };
