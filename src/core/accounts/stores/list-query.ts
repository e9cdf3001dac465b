import { administratorLevels, agentLevels } from '../../../domain/roles.ts';
import { foldName, type ListedUser } from '../../../domain/people/user.ts';

export const pageSize = 25;

/** What the list can be filtered by: an administrator level by its own name, an agent level with `Agent` behind it. */
export const levelFilters = [...administratorLevels, ...agentLevels.map((level) => `${level}Agent` as const)] as const;
export const statusFilters = ['active', 'passwordChange', 'expired', 'blocked'] as const;
export const sortKeys = ['name', 'username', 'lastSignIn'] as const;

export type LevelFilter = (typeof levelFilters)[number];
export type StatusFilter = (typeof statusFilters)[number];
export type SortKey = (typeof sortKeys)[number];

/** A place in the sorted list: the sorted column's value there, and the id that settles ties. */
export interface Cursor {
  readonly key: string | number;
  readonly id: string;
}

/** `after` continues behind the place, `before` ends in front of it; null for the first page. */
export type PageStart = { readonly side: 'after' | 'before'; readonly cursor: Cursor } | null;

export interface PageRequest {
  readonly search: string | null;
  readonly level: LevelFilter | null;
  readonly status: StatusFilter | null;
  /** Epoch ms; decides who is `expired`, and is of no matter to the other statuses. */
  readonly now?: number;
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly from: PageStart;
}

/** What lists are sorted by: that of the users by the reader's choice, that of the deleted by when they were. */
export type ListOrder = SortKey | 'deletedAt';

/** What lists are sorted by. */
type InOrder = Pick<ListedUser, 'id' | 'displayName' | 'username' | 'lastSignInAt'> & {
  readonly deletedAt?: number | null;
};

/** @returns the place of a user in a list under a sorting, as text for an address */
export function encodeCursor(user: InOrder, sort: ListOrder): string {
  const keys = {
    name: foldName(user.displayName),
    username: user.username,
    lastSignIn: user.lastSignInAt ?? 0,
    deletedAt: user.deletedAt ?? 0,
  };
  return Buffer.from(JSON.stringify([keys[sort], user.id])).toString('base64url');
}

// PostgreSQL takes no NUL, and no name has one.
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');

/** @returns the place, or null for a text that is no place under this sorting */
export function decodeCursor(text: string, sort: ListOrder): Cursor | null {
  try {
    const [key, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    const fits = sort === 'lastSignIn' || sort === 'deletedAt' ? Number.isSafeInteger(key) : isText(key);
    return fits && isText(id) ? { key: key as string | number, id } : null;
  } catch {
    return null;
  }
}
