import type { User } from './user.ts';

/** The version and epoch of a user that a page showed. */
export type SeenUser = Pick<User, 'version' | 'epoch'>;

/**
 * @returns whether the user was blocked, unblocked, deleted or restored after the page was rendered. Each of these
 * actions increments both numbers; an edit increments only the version, and a new credential only the epoch.
 */
export const hasStateChanged = (seen: SeenUser, user: SeenUser): boolean =>
  seen.version !== user.version && seen.epoch !== user.epoch;
