import type { ActivityEvent } from './activity/event.ts';
import type { Change } from './people/user.ts';
import type { Subscriber } from './activity/delivery.ts';
import type { ApprovalAction } from './approval-actions.ts';

/** A change of one of the two levels. */
export interface LevelChange {
  readonly field: 'administratorLevel' | 'agentLevel';
  readonly from: string;
  readonly to: string;
}

/** Something that a user is told by mail, as typed data: their own language words it when it is sent. */
export type Notice =
  /** `until`: the end of the temporary password's life, epoch ms. */
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
  /** To those who can agree to it. `until`: when the request lapses, epoch ms. */
  | { readonly kind: 'approvalAsked'; readonly act: ApprovalAction; readonly until: number }
  /** To whoever asked. */
  | { readonly kind: 'approvalConfirmed'; readonly act: ApprovalAction }
  | { readonly kind: 'approvalDeclined'; readonly act: ApprovalAction };

/**
 * A one-time link itself, as its id: the sender makes its address at the last moment, and keeps it nowhere.
 * `until`: epoch ms.
 */
export interface LinkNotice {
  readonly kind: 'resetLink' | 'welcomeLink' | 'recoveryLink';
  readonly linkId: string;
  readonly until: number;
}

type NoticeOf<Kind extends ActivityEvent['kind']> = (event: Extract<ActivityEvent, { kind: Kind }>) => Notice | null;

const nothing = (): null => null;

/**
 * Told is whatever opens an account or changes what it may do, so that a user can object. Whoever is blocked or deleted
 * hears it from people: in an emergency a mail would warn the wrong one. A new kind of event does not compile without a
 * decision here.
 */
const notices: { readonly [Kind in ActivityEvent['kind']]: NoticeOf<Kind> } = {
  'password.reset': ({ expiresAt: until, by }) => {
    if (by === undefined) return { kind: 'passwordReset', until };
    // A link that is mailed tells of itself.
    return by === 'link' ? { kind: 'passwordResetByLink', until } : null;
  },
  'password.changed': () => ({ kind: 'passwordChanged' }),
  'secondFactor.setUp': () => ({ kind: 'secondFactorSetUp' }),
  'secondFactor.removed': () => ({ kind: 'secondFactorRemoved' }),
  'secondFactor.codesReplaced': () => ({ kind: 'recoveryCodesRenewed' }),
  'secondFactor.recoveryUsed': ({ left }) => ({ kind: 'recoveryCodeUsed', left }),
  'secondFactor.changeRefused': nothing,
  'user.edited': ({ changes }) => {
    const levels = changes.flatMap(asLevelChange);
    return levels.length === 0 ? null : { kind: 'levelsChanged', changes: levels };
  },
  'user.unblocked': () => ({ kind: 'accountUnblocked' }),
  'user.restored': () => ({ kind: 'accountRestored' }),
  'user.added': nothing,
  'user.blocked': nothing,
  'user.deleted': nothing,
  'user.erased': nothing,
  'user.purged': nothing,
  'user.dataExported': nothing,
  'users.imported': nothing,
  'users.exported': nothing,
  'users.passwordsIssued': nothing,
  // Whoever was just added has nobody to tell that it was not them.
  'password.issued': nothing,
  'link.opened': nothing,
  // The mail with the link tells of it.
  'recovery.linkMailed': nothing,
  'activity.exported': nothing,
  // Never whom it is about: those who can agree are told by whoever asks for it.
  'approval.asked': nothing,
  'approval.confirmed': ({ act }) => ({ kind: 'approvalConfirmed', act }),
  'approval.declined': ({ act }) => ({ kind: 'approvalDeclined', act }),
  'approval.withdrawn': nothing,
  'approval.lapsed': nothing,
  'approval.done': nothing,
  'activity.trimmed': nothing,
  unknown: nothing,
  'signIn.succeeded': nothing,
  'signIn.failed': nothing,
  'signIn.throttled': nothing,
  'signIn.codeAsked': nothing,
  signOut: nothing,
  'sessions.ended': nothing,
  'password.changeRefused': nothing,
  'tenant.added': nothing,
  'tenant.suspended': nothing,
  'tenant.resumed': nothing,
  'tenant.rulesChanged': nothing,
  // The operator sees it on their dashboard, and the tenant's administrators on theirs.
  'support.granted': nothing,
  'support.ended': nothing,
  'support.expired': nothing,
  'support.entered': nothing,
  'support.left': nothing,
  'tenant.listingChanged': nothing,
  // The operator tells them beforehand: what happens to their passwords is the least of it.
  'tenant.moving': nothing,
  'tenant.moveCancelled': nothing,
  'tenant.movedIn': nothing,
  refused: nothing,
};

/** Tells users by email what was done to their accounts. */
export const noticesSubscriber: Subscriber = {
  name: 'notices',
  messageFor: ({ event, targetId }) => (targetId === null ? null : noticeOf(event)),
};

/** @returns messages that bring one-time links to their users. Times in epoch ms. */
export const linkNotices = (
  links: readonly { id: string; userId: string; createdAt: number; expiresAt: number }[],
  kind: LinkNotice['kind'],
): { userId: string; message: LinkNotice; at: number }[] =>
  links.map(({ id: linkId, userId, createdAt: at, expiresAt: until }) => {
    return { userId, message: { kind, linkId, until }, at };
  });

/** @returns what an event's target is told of it by mail, or null */
function noticeOf(event: ActivityEvent): Notice | null {
  return (notices[event.kind] as NoticeOf<ActivityEvent['kind']>)(event);
}

function asLevelChange({ field, from, to }: Change): LevelChange[] {
  const isLevel = field === 'administratorLevel' || field === 'agentLevel';
  return isLevel ? [{ field, from: from ?? 'none', to: to ?? 'none' }] : [];
}
