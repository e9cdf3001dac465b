import type { SignInFailure } from '../../../domain/activity/event.ts';
import { absoluteLimitMs, passwordChangeWindowMs, idleLimitMs, type RegionRules } from '../../../domain/regions.ts';
import { codeEntryWindowMs, isCodePending, mustSetUpSecondFactor } from '../../../domain/people/second-factor.ts';
import type { Credentials } from '../stores/credentials.store.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import { effectiveRules } from '../../../domain/tenant-rules.ts';
import { isInForce, isPlausible } from '../../../domain/plausible-time.ts';
import { supportEndReason, type SupportEnd } from '../../../domain/support.ts';

/**
 * @param now the current time, epoch ms
 * @returns the reason why a user cannot sign in even with the right password; null if the user can sign in
 */
export function signInRefusal(credentials: Credentials, now: number): SignInFailure | null {
  const { user, passwordSetAt } = credentials;
  const refusal = accountRefusal(credentials, now);
  if (refusal !== null) return refusal;
  return user.temporaryUntil !== null && !isPlausible(passwordSetAt, now) ? 'expired' : null;
}

/**
 * Checks an account in an open session. Does not recheck whether the time at which a temporary password was set is
 * plausible.
 * @param now the current time, epoch ms
 * @returns the reason why the account cannot be used; null if it can be used
 */
export function accountRefusal(
  { user, tenant }: Pick<Credentials, 'user' | 'tenant'>,
  now: number,
): SignInFailure | null {
  if (user.state !== 'active') return user.state;
  if (tenant.state !== 'active') return 'tenant';
  return user.temporaryUntil !== null && user.temporaryUntil <= now ? 'expired' : null;
}

/**
 * @param now the current time, epoch ms
 * @returns whether a session is still valid under the rules of its user's tenant
 */
export function isSessionValid(
  session: LiveSession,
  ticket: { readonly epoch: number },
  rules: RegionRules,
  now: number,
): boolean {
  const { user, tenant, createdAt, seenAt } = session;
  const limit = Math.min(
    absoluteLimitMs(rules),
    user.password === 'temporary' ? passwordChangeWindowMs(rules) : Infinity,
    isCodePending(session) ? codeEntryWindowMs : Infinity,
  );
  return (
    user.epoch === ticket.epoch &&
    accountRefusal({ user, tenant }, now) === null &&
    isInForce({ from: createdAt, until: createdAt + limit }, now) &&
    isInForce({ from: seenAt, until: seenAt + idleLimitMs(rules) }, now)
  );
}

export function supportEndOf(
  { support, user, tenant }: LiveSession,
  region: RegionRules,
  now: number,
): SupportEnd | null {
  if (support === null) return null;
  const rules = effectiveRules(region, support.tenant.ownRules);
  const end = supportEndReason(support, support.tenant, rules, now);
  return end ?? (mustSetUpSecondFactor(rules, user, tenant.kind) ? 'secondFactor' : null);
}
