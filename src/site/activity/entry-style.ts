import { kindsIn, mainGroupOf, type ActivityGroup, type ActivityKind } from '../../domain/activity/groups.ts';

/** The icon and tone of an entry in a list. */
export interface EntryStyle {
  readonly icon: string;
  readonly tone: 'plain' | 'warn' | 'bad';
}

/** Returns the style for an event kind. A kind without its own icon uses its group's icon. */
export const entryStyleOf = (kind: ActivityKind): EntryStyle => ({
  icon: kindIcons[kind] ?? groupIcons[mainGroupOf(kind)],
  tone: kind === 'signIn.throttled' ? 'bad' : refusals.has(kind) ? 'warn' : 'plain',
});

const refusals: ReadonlySet<ActivityKind> = new Set(kindsIn('refused'));

const groupIcons: Readonly<Record<ActivityGroup, string>> = {
  signIn: 'login',
  throttled: 'alert-triangle',
  passwords: 'key',
  users: 'user',
  sessions: 'device-desktop',
  organization: 'building',
  support: 'lifebuoy',
  transfers: 'download',
  approvals: 'users',
  refused: 'ban',
};
const kindIcons: Readonly<Partial<Record<ActivityKind, string>>> = {
  'signIn.failed': 'alert-circle',
  signOut: 'logout',
  'secondFactor.setUp': 'shield-check',
  'user.added': 'user-plus',
  'user.edited': 'pencil',
  'user.blocked': 'ban',
  'user.unblocked': 'lock-open',
  'user.deleted': 'trash',
  'user.restored': 'rotate-clockwise',
  'users.imported': 'upload',
  'approval.confirmed': 'check',
  'approval.declined': 'x',
  'approval.lapsed': 'clock',
  'approval.done': 'circle-check',
};
