import type { Activity } from './activity/event.ts';
import { may, mayAssignLevels } from './policy.ts';
import { createScope, type Scope } from './scope.ts';
import { policyActionOf, type ApprovalAction } from './approval-actions.ts';
import type { Target, PolicyDecision } from './policy-decision.ts';

/** A user affected by a request, as recorded in the request. */
type RecordedTarget = Omit<Target, 'globalAdminUntil'> & Partial<Pick<Target, 'globalAdminUntil'>>;

/**
 * Decides whether the scope's actor could perform an action if no approval were required. Only such administrators can
 * request the action, or view and approve the request, so no one can approve an action on their own account.
 * @param targets the affected users as they were at the time of the request
 */
export function mayOnceApproved(scope: Scope, act: ApprovalAction, targets: readonly RecordedTarget[]): PolicyDecision {
  const approved = createScope({ ...scope, agreed: act });
  const decisions =
    targets.length === 0
      ? [may(approved, policyActionOf[act])]
      : targets.map((each) => decideOn(approved, act, { ...each, globalAdminUntil: each.globalAdminUntil ?? null }));
  return decisions.find(({ allowed }) => !allowed) ?? { allowed: true };
}

function decideOn(approved: Scope, act: ApprovalAction, target: Target): PolicyDecision {
  const decision = may(approved, policyActionOf[act], target);
  if (!decision.allowed || act !== 'giveGlobalAdmin') return decision;
  // The action changes only the administrator level, so the agent level is the same before and after.
  return mayAssignLevels(
    approved,
    { ...target, agentLevel: 'none' },
    { administratorLevel: 'global', agentLevel: 'none' },
  );
}

/**
 * Decides whether the scope's actor may read the comment in a log entry. Comments are visible to their author, to the
 * requester whose request was decided, to the administrators who could approve the action and to operator commands, but
 * not to operators with support access or to the affected users.
 */
export function mayReadComment(
  scope: Scope,
  { event, actor, target }: Pick<Activity, 'event' | 'actor' | 'target'>,
): boolean {
  const { principal } = scope;
  if (!('said' in event) || principal.kind === 'operator') return true;
  if (principal.kind !== 'person') return false;
  const requester = event.kind === 'approval.asked' ? null : target;
  if ([actor?.id, requester?.id].includes(principal.userId)) return true;
  return event.about !== undefined && mayOnceApproved(scope, event.act, event.about).allowed;
}
