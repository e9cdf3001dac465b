import type { User } from '../../domain/people/user.ts';
import type { SeenUser } from '../../domain/people/seen-user.ts';
import type { ChangeDetection } from '../http/form-declaration.ts';

/** Detects changes by other users with the hidden field `seen`, for buttons that change the state of a user. */
export const comparedBySeenUser: ChangeDetection = { comparedBy: ['seen'] };

/** @returns the value of the hidden field: the user as the page shows them */
export const serializeSeenUser = ({ id, version, epoch }: SeenUser & Pick<User, 'id'>): string =>
  `${id}.${version}.${epoch}`;

const seenEntry = /^([0-9a-f-]{36})\.(\d{1,9})\.(\d{1,9})$/;

/** @returns the users as the page showed them, by ID; several for a bulk action */
export function readSeenUsers(body: unknown): Map<string, SeenUser> {
  const { seen } = (body ?? {}) as { readonly seen?: unknown };
  const entries = [seen].flat().flatMap((text): [string, SeenUser][] => {
    const [, id, version, epoch] = seenEntry.exec(String(text)) ?? [];
    return id === undefined ? [] : [[id, { version: Number(version), epoch: Number(epoch) }]];
  });
  return new Map(entries);
}

/** @returns the user as the page showed them; null if the form does not contain it */
export const readSeenUser = (body: unknown, userId: string): SeenUser | null => readSeenUsers(body).get(userId) ?? null;
