import { actionOf, type ApprovalAct } from './approvals.ts';
import { may, mayGive, type Target, type Verdict } from './policy.ts';
import { createScope, type Scope } from './scope.ts';

/**
 * Whether the scope's actor could do this themselves, were no second administrator needed. Nobody else may ask for it, see
 * that it was asked for, or agree to it: so nobody agrees to what is done to themselves either.
 * @param targets those whom it is about, as they were when it was asked for
 */
export function couldDo(scope: Scope, act: ApprovalAct, targets: readonly Target[]): Verdict {
  const agreed = createScope({ ...scope, agreed: act });
  const verdicts =
    targets.length === 0 ? [may(agreed, actionOf[act])] : targets.map((each) => judged(agreed, act, each));
  return verdicts.find(({ allowed }) => !allowed) ?? { allowed: true };
}

function judged(agreed: Scope, act: ApprovalAct, target: Target): Verdict {
  const verdict = may(agreed, actionOf[act], target);
  if (!verdict.allowed || act !== 'giveGlobalAdmin') return verdict;
  // The agent level is of no matter here: it stays as it is.
  return mayGive(agreed, { ...target, agentLevel: 'none' }, { administratorLevel: 'global', agentLevel: 'none' });
}
