import { formerAdminProtection } from '../domain/former-admin-protection.ts';
import { ruleTextIn, type RegionRules, type UserOperation } from '../domain/regions.ts';
import type { Scope } from '../domain/scope.ts';
import type { User } from '../domain/people/user.ts';

/**
 * Operator commands are meant for emergencies, so they work even if the region's rules do not allow administrators to
 * perform the same operation in the portal.
 * @returns a note about the rule that the command bypasses; an empty array if administrators may perform the operation
 */
export function placementNotes(rules: RegionRules, operation: UserOperation): string[] {
  const placement = rules.operations[operation];
  const region = `Under the rules of the region ${ruleTextIn(rules.name, 'en', rules).text}`;
  switch (placement.at) {
    case 'here':
      return [];
    case 'elsewhere':
      return [
        `${region}, administrators do this elsewhere: ${ruleTextIn(placement.place, 'en', rules).text}, ${placement.address}`,
      ];
    case 'alone':
      return [`${region}, administrators cannot do this; users do it themselves`];
    case 'nobody':
      return [`${region}, administrators cannot do this`];
  }
}

/**
 * @param scope the operator's scope in the user's tenant
 * @returns a warning if the action would require a second administrator in the portal; otherwise an empty array
 */
export function approvalNotes(scope: Scope, act: 'resetPassword' | 'removeSecondFactor', user: User): string[] {
  if (!scope.rules.twoAdministrators.for.includes('resetGlobalAdmin')) return [];
  const former = formerAdminProtection(scope, act, user);
  if (user.administratorLevel !== 'global' && former === null) return [];
  const status = former ? `was a Global admin until ${new Date(former.removedAt).toISOString()}` : 'is a Global admin';
  const rule = 'and the rules of the tenant require two administrators for this';
  return [`${user.username} ${status}, ${rule}. This command bypasses that rule.`];
}
