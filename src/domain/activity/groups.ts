import type { ActivityEvent } from './event.ts';

export type ActivityKind = ActivityEvent['kind'];

/** The filters of the log page, in display order. */
export const activityGroups = [
  'signIn',
  'throttled',
  'passwords',
  'users',
  'sessions',
  'organization',
  'support',
  'transfers',
  'approvals',
  'refused',
] as const;
export type ActivityGroup = (typeof activityGroups)[number];

/** The groups of each kind of event. The first group determines the icon and color. */
const groupsOf: Readonly<Record<ActivityKind, readonly [ActivityGroup, ...ActivityGroup[]]>> = {
  'signIn.succeeded': ['signIn'],
  'signIn.failed': ['signIn', 'refused'],
  'signIn.throttled': ['throttled', 'signIn', 'refused'],
  'signIn.codeAsked': ['signIn'],
  'signIn.linkMailed': ['signIn'],
  'secondFactor.setUp': ['passwords'],
  'secondFactor.removed': ['passwords'],
  'secondFactor.codesReplaced': ['passwords'],
  'secondFactor.recoveryUsed': ['passwords', 'signIn'],
  'secondFactor.changeRefused': ['passwords', 'refused'],
  signOut: ['signIn'],
  'sessions.ended': ['sessions'],
  'password.reset': ['passwords'],
  'password.changed': ['passwords'],
  'password.changeRefused': ['passwords', 'refused'],
  'user.added': ['users'],
  'user.edited': ['users'],
  'user.blocked': ['users'],
  'user.unblocked': ['users'],
  'user.deleted': ['users'],
  'user.restored': ['users'],
  'user.appointed': ['users', 'approvals'],
  'user.erased': ['users'],
  'user.purged': ['users'],
  'user.dataExported': ['transfers'],
  'users.imported': ['transfers', 'users'],
  'users.exported': ['transfers'],
  'users.passwordsIssued': ['transfers', 'passwords'],
  'password.issued': ['passwords'],
  'link.opened': ['passwords', 'signIn'],
  'link.mailRefused': ['passwords', 'refused'],
  'recovery.linkMailed': ['passwords'],
  'tenant.added': ['organization'],
  'tenant.suspended': ['organization'],
  'tenant.resumed': ['organization'],
  'tenant.rulesChanged': ['organization'],
  'support.granted': ['support'],
  'support.ended': ['support'],
  'support.expired': ['support'],
  'support.entered': ['support'],
  'support.left': ['support'],
  'tenant.listingChanged': ['organization'],
  'tenant.moving': ['organization', 'transfers'],
  'tenant.moveCancelled': ['organization', 'transfers'],
  'tenant.movedIn': ['organization', 'transfers'],
  'activity.exported': ['transfers'],
  'approval.asked': ['approvals'],
  'approval.confirmed': ['approvals'],
  'approval.declined': ['approvals'],
  'approval.withdrawn': ['approvals'],
  'approval.lapsed': ['approvals'],
  'approval.done': ['approvals'],
  'activity.trimmed': ['organization'],
  refused: ['refused'],
  unknown: ['organization'],
};

export const activityKinds = Object.keys(groupsOf) as readonly ActivityKind[];

/**
 * @returns whether a string is a kind of event that this version supports. Newer versions may have recorded other kinds
 */
export const isActivityKind = (text: string): text is ActivityKind => Object.hasOwn(groupsOf, text);

export const kindsIn = (group: ActivityGroup): ActivityKind[] =>
  activityKinds.filter((kind) => groupsOf[kind].includes(group));

/** @returns the group that determines the icon and color of a kind of event */
export const mainGroupOf = (kind: ActivityKind): ActivityGroup => groupsOf[kind][0];
