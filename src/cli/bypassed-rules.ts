import { formerAdminProtection } from '../domain/former-admin-protection.ts';
import { ruleTextIn, type RegionRules, type UserOperation } from '../domain/regions.ts';
import type { Scope } from '../domain/scope.ts';
import type { User } from '../domain/people/user.ts';

/**
 * The operator's commands work whatever the rules say of administrators, as the way in when nobody else can help.
 * @returns a line for whoever runs one where the rules have another place for it, or nobody
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
      return [`${region}, no administrator does this: users do it alone`];
    case 'nobody':
      return [`${region}, no administrator does this`];
  }
}

/**
 * @param scope the operator's, in the tenant of the user
 * @returns a line where administrators of the tenant need a second one for this, which the command bypasses
 */
export function approvalNotes(scope: Scope, act: 'resetPassword' | 'removeSecondFactor', user: User): string[] {
  if (!scope.rules.twoAdministrators.for.includes('resetGlobalAdmin')) return [];
  const former = formerAdminProtection(scope, act, user);
  if (user.administratorLevel !== 'global' && former === null) return [];
  const who = former ? `was a Global admin until ${new Date(former.removedAt).toISOString()}` : 'is a Global admin';
  const rule = 'and the rules of the tenant require two administrators for this';
  return [`${user.username} ${who}, ${rule}. This command does not ask for a second one.`];
}
