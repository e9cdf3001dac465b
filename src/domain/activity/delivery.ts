import type { ActivityEvent } from './event.ts';

/** What a subscriber receives: typed data and ids, but no names, addresses or secrets, since it is stored until delivered. */
export interface Message {
  readonly kind: string;
}

/** An event that is being recorded, and the user it was done to, if any. */
export interface RecordedEvent {
  readonly event: ActivityEvent;
  readonly targetId: string | null;
}

/** Receives events of the activity log: each that it wants is delivered at least once. */
export interface Subscriber {
  /** Stored with each delivery: a name in use is never changed. */
  readonly name: string;
  /** @returns what to deliver of an event, or null if the subscriber does not want it */
  messageFor(recorded: RecordedEvent): Message | null;
}
