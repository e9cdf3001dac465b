import type { ActivityEvent } from './event.ts';

/**
 * A message to a subscriber: typed data and IDs. It is stored until delivery, so it must not contain names, addresses
 * or secrets.
 */
export interface Message {
  readonly kind: string;
}

/** An event that is being recorded, and the affected user, if any. */
export interface RecordedEvent {
  readonly event: ActivityEvent;
  readonly targetId: string | null;
}

/** A receiver of activity log events. Each event that it selects is delivered at least once. */
export interface Subscriber {
  /** Stored with each delivery, so it must never change. */
  readonly name: string;
  /** @returns the message for an event, or null to ignore the event */
  messageFor(recorded: RecordedEvent): Message | null;
}
