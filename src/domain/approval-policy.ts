import type { Activity } from './activity/event.ts';
import { may, mayAssignLevels } from './policy.ts';
import { createScope, type Scope } from './scope.ts';
import { policyActionOf, type ApprovalAction } from './approval-actions.ts';
import type { Target, PolicyDecision } from './policy-decision.ts';

/** Whom a request is about, as it was recorded. */
type AskedAbout = Omit<Target, 'globalAdminUntil'> & Partial<Pick<Target, 'globalAdminUntil'>>;

/**
 * Whether the scope's actor could do this themselves, were no second administrator needed. Nobody else may ask for it, see
 * that it was asked for, or agree to it: so nobody agrees to what is done to themselves either.
 * @param targets those whom it is about, as they were when it was asked for
 */
export function mayOnceApproved(scope: Scope, act: ApprovalAction, targets: readonly AskedAbout[]): PolicyDecision {
  const agreed = createScope({ ...scope, agreed: act });
  const decisions =
    targets.length === 0
      ? [may(agreed, policyActionOf[act])]
      : targets.map((each) => judged(agreed, act, { ...each, globalAdminUntil: each.globalAdminUntil ?? null }));
  return decisions.find(({ allowed }) => !allowed) ?? { allowed: true };
}

function judged(agreed: Scope, act: ApprovalAction, target: Target): PolicyDecision {
  const decision = may(agreed, policyActionOf[act], target);
  if (!decision.allowed || act !== 'giveGlobalAdmin') return decision;
  // The agent level is of no matter here: it stays as it is.
  return mayAssignLevels(
    agreed,
    { ...target, agentLevel: 'none' },
    { administratorLevel: 'global', agentLevel: 'none' },
  );
}

/**
 * Whether the scope's actor reads what was written in an entry: whoever wrote it, whom it answers, and whoever could do
 * by themselves what it is about. Never an operator who was let in, nor whom it is about.
 */
export function mayReadComment(
  scope: Scope,
  { event, actor, target }: Pick<Activity, 'event' | 'actor' | 'target'>,
): boolean {
  const { principal } = scope;
  if (!('said' in event) || principal.kind === 'operator') return true;
  if (principal.kind !== 'person') return false;
  const answered = event.kind === 'approval.asked' ? null : target;
  if ([actor?.id, answered?.id].includes(principal.userId)) return true;
  return event.about !== undefined && mayOnceApproved(scope, event.act, event.about).allowed;
}
