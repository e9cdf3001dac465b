import type { ActivityEvent } from './activity/event.ts';
import type { Change } from './people/user.ts';
import type { Subscriber } from './activity/delivery.ts';
import type { ApprovalAction } from './approval-actions.ts';

export interface LevelChange {
  readonly field: 'administratorLevel' | 'agentLevel';
  readonly from: string;
  readonly to: string;
}

/** The content of an email notification, as typed data. It is rendered in the recipient's language when it is sent. */
export type Notice =
  /** `until`: when the temporary password or the one-time link expires, epoch ms. */
  | { readonly kind: 'passwordReset' | 'passwordResetByLink'; readonly until: number }
  | LinkNotice
  | { readonly kind: 'passwordChanged' }
  | { readonly kind: 'levelsChanged'; readonly changes: readonly LevelChange[] }
  | { readonly kind: 'secondFactorSetUp' }
  | { readonly kind: 'secondFactorRemoved' }
  | { readonly kind: 'recoveryCodesRenewed' }
  | { readonly kind: 'recoveryCodeUsed'; readonly left: number }
  | { readonly kind: 'accountUnblocked' }
  | { readonly kind: 'accountRestored' }
  /** Sent to the possible approvers. `until`: when the request expires, epoch ms. */
  | { readonly kind: 'approvalAsked'; readonly act: ApprovalAction; readonly until: number }
  /** Sent to the requester. */
  | { readonly kind: 'approvalConfirmed'; readonly act: ApprovalAction }
  | { readonly kind: 'approvalDeclined'; readonly act: ApprovalAction }
  /** Sent to the administrator who emailed a one-time link. */
  | { readonly kind: 'linkMailRefused' };

/**
 * A one-time link, identified by its ID. Its URL is generated when the email is sent, and is never stored. `until` is
 * in epoch ms.
 */
export interface LinkNotice {
  readonly kind: 'resetLink' | 'welcomeLink' | 'recoveryLink' | 'signInLink';
  readonly linkId: string;
  readonly until: number;
}

/** Who caused the event of a notice: the portal itself, an operator's command, the recipient, or another user. */
export type NoticeAuthor = 'portal' | 'operator' | 'self' | { readonly name: string | null };

// Background jobs cause only these notices.
const causedByPortal: ReadonlySet<Notice['kind']> = new Set<Notice['kind']>([
  'recoveryLink',
  'signInLink',
  'linkMailRefused',
]);

/**
 * @param actorId the user who caused the event; null for an operator's command and for a background job
 * @param actorName null if the user has been erased
 */
export function noticeAuthorOf(
  { kind }: Notice,
  { userId, actorId, actorName }: { userId: string | null; actorId: string | null; actorName: string | null },
): NoticeAuthor {
  if (causedByPortal.has(kind)) return 'portal';
  if (actorId === null) return 'operator';
  return actorId === userId ? 'self' : { name: actorName };
}

type NoticeOf<Kind extends ActivityEvent['kind']> = (event: Extract<ActivityEvent, { kind: Kind }>) => Notice | null;

const noNotice = (): null => null;

/**
 * Users are notified of every change that gives access to their account or affects its permissions, so that they can
 * object. They are not notified when they are blocked or deleted, because in an emergency the email would warn an
 * attacker. The code does not compile if a kind of event has no entry here.
 */
const notices: { readonly [Kind in ActivityEvent['kind']]: NoticeOf<Kind> } = {
  'password.reset': ({ expiresAt: until, by }) => {
    if (by === undefined) return { kind: 'passwordReset', until };
    // The email with the link is the notification.
    return by === 'link' ? { kind: 'passwordResetByLink', until } : null;
  },
  'password.changed': () => ({ kind: 'passwordChanged' }),
  'secondFactor.setUp': () => ({ kind: 'secondFactorSetUp' }),
  'secondFactor.removed': () => ({ kind: 'secondFactorRemoved' }),
  'secondFactor.codesReplaced': () => ({ kind: 'recoveryCodesRenewed' }),
  'secondFactor.recoveryUsed': ({ left }) => ({ kind: 'recoveryCodeUsed', left }),
  'secondFactor.changeRefused': noNotice,
  'user.edited': ({ changes }) => {
    const levels = changes.flatMap(asLevelChange);
    return levels.length === 0 ? null : { kind: 'levelsChanged', changes: levels };
  },
  'user.unblocked': () => ({ kind: 'accountUnblocked' }),
  'user.restored': () => ({ kind: 'accountRestored' }),
  'user.added': noNotice,
  'user.blocked': noNotice,
  'user.deleted': noNotice,
  'user.erased': noNotice,
  'user.purged': noNotice,
  'user.dataExported': noNotice,
  'users.imported': noNotice,
  'users.exported': noNotice,
  'users.passwordsIssued': noNotice,
  // New users receive their first password from an administrator, so they need no notification.
  'password.issued': noNotice,
  'link.opened': noNotice,
  // The administrator who sent the link is notified instead of the recipient.
  'link.mailRefused': noNotice,
  // The email with the link is the notification.
  'recovery.linkMailed': noNotice,
  'signIn.linkMailed': noNotice,
  'activity.exported': noNotice,
  // The affected users are not notified. The possible approvers are notified when the request is created.
  'approval.asked': noNotice,
  'approval.confirmed': ({ act }) => ({ kind: 'approvalConfirmed', act }),
  'approval.declined': ({ act }) => ({ kind: 'approvalDeclined', act }),
  'approval.withdrawn': noNotice,
  'approval.lapsed': noNotice,
  'approval.done': noNotice,
  'activity.trimmed': noNotice,
  unknown: noNotice,
  'signIn.succeeded': noNotice,
  'signIn.failed': noNotice,
  'signIn.throttled': noNotice,
  'signIn.codeAsked': noNotice,
  signOut: noNotice,
  'sessions.ended': noNotice,
  'password.changeRefused': noNotice,
  // The user is notified of the change of level.
  'user.appointed': noNotice,
  'tenant.added': noNotice,
  'tenant.suspended': noNotice,
  'tenant.resumed': noNotice,
  'tenant.rulesChanged': noNotice,
  // No email is sent, because the dashboards of the operator and of the tenant's administrators show support access.
  'support.granted': noNotice,
  'support.ended': noNotice,
  'support.expired': noNotice,
  'support.entered': noNotice,
  'support.left': noNotice,
  'tenant.listingChanged': noNotice,
  // The operator informs the users of a move in advance.
  'tenant.moving': noNotice,
  'tenant.moveCancelled': noNotice,
  'tenant.movedIn': noNotice,
  refused: noNotice,
};

/** Notifies users by email of changes to their accounts. */
export const noticesSubscriber: Subscriber = {
  name: 'notices',
  messageFor: ({ event, targetId }) => (targetId === null ? null : noticeOf(event)),
};

/** @returns the messages that deliver one-time links to their users. Times in epoch ms. */
export const linkNotices = (
  links: readonly { id: string; userId: string; createdAt: number; expiresAt: number }[],
  kind: LinkNotice['kind'],
): { userId: string; message: LinkNotice; at: number }[] =>
  links.map(({ id: linkId, userId, createdAt: at, expiresAt: until }) => {
    return { userId, message: { kind, linkId, until }, at };
  });

/** @returns the notice for the target of an event, or null if none is sent */
function noticeOf(event: ActivityEvent): Notice | null {
  return (notices[event.kind] as NoticeOf<ActivityEvent['kind']>)(event);
}

function asLevelChange({ field, from, to }: Change): LevelChange[] {
  const isLevel = field === 'administratorLevel' || field === 'agentLevel';
  return isLevel ? [{ field, from: from ?? 'none', to: to ?? 'none' }] : [];
}
