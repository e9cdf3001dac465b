import type { OwnRule } from './own-rules.ts';
import { isUserOperation, type UserOperation, type Wording } from './regions.ts';
import { changesToAPerson, rights, type Action, type AdministratorLevel, type AgentLevel } from './roles.ts';
import type { Scope } from './scope.ts';
import { supportReaches } from './support.ts';
import type { User } from './user.ts';

/** Why something is refused; each has a sentence in `policy:` of every language. */
export type Refusal =
  | ('level' | 'self' | 'ownLevel' | 'globalLevel' | 'globalAdmin' | 'administrator' | 'support')
  | ('elsewhere' | 'alone' | 'nobody')
  // The same, where not the region decided it but the tenant itself.
  | ('tenantAdministrator' | 'tenantNobody');

export type Verdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly because: Exclude<Refusal, 'elsewhere'> }
  | { readonly allowed: false; readonly because: 'elsewhere'; readonly place: Wording; readonly address: string };

/** The judge's no. */
export type Refused = Exclude<Verdict, { allowed: true }>;

export type Target = Pick<User, 'id' | 'administratorLevel'>;

const yes: Verdict = { allowed: true };
const no = (because: Exclude<Refusal, 'elsewhere'>): Verdict => ({ allowed: false, because });

/**
 * The only judge. Handlers, templates and the activity log ask it, so that a button and its handler cannot disagree.
 * @param target the person acted upon, where there is one
 */
export function may(scope: Scope, action: Action, target?: Target): Verdict {
  // The operator's commands act on the tenant from outside: the levels inside it do not bind them.
  if (scope.actor === null) return yes;
  if (scope.support && !supportReaches(scope.support.level, action)) return no('support');
  if (!rights[action].includes(scope.actor.administratorLevel)) return no('level');
  return byRules(scope, action) ?? byTarget(scope, action, target) ?? yes;
}

// Where users are managed, what is held of them is, too.
const placedLike: Partial<Record<Action, UserOperation>> = {
  'personalData.view': 'users.view',
  'personalData.erase': 'users.delete',
};

function byRules(scope: Scope, action: Action): Verdict | null {
  if (action === 'activity.export')
    return scope.rules.activityLog.export === 'allowed' ? null : no(decided(scope, 'logExport', 'nobody'));
  const operation = isUserOperation(action) ? action : placedLike[action];
  if (operation === undefined) return null;
  const placement = scope.rules.operations[operation];
  switch (placement.at) {
    case 'here':
      return null;
    case 'elsewhere':
      return { allowed: false, because: 'elsewhere', place: placement.place, address: placement.address };
    case 'alone':
      return no('alone');
    case 'nobody':
      return no(action === 'users.export' ? decided(scope, 'usersExport', 'nobody') : 'nobody');
  }
}

const byTenant = { administrator: 'tenantAdministrator', nobody: 'tenantNobody' } as const;

/** Says of a refusal by a rule that a tenant may tighten whose rule it is. */
const decided = ({ rules }: Scope, rule: OwnRule, because: keyof typeof byTenant) =>
  rules.tightened?.has(rule) ? byTenant[because] : because;

function byTarget(scope: Scope, action: Action, target?: Target): Verdict | null {
  if (target === undefined || scope.actor === null || !changesToAPerson.has(action)) return null;
  if (target.id === scope.actor.id && action !== 'users.edit') return no('self');
  // An administrator's new password would be a way in that outlives the access.
  if (scope.support && target.administratorLevel !== 'none') return no('support');
  if (scope.actor.administratorLevel === 'global') return null;
  if (target.administratorLevel === 'global') return no('globalAdmin');
  const reserved = scope.rules.administratorsManagedBy === 'globalAdmins' && target.administratorLevel !== 'none';
  return reserved ? no(decided(scope, 'administratorsManagedBy', 'administrator')) : null;
}

/** The two settings of a user that an edit may change. */
export interface Levels {
  readonly administratorLevel: AdministratorLevel;
  readonly agentLevel: AgentLevel;
}

/**
 * Whether the scope's actor may give a user these levels: nobody changes their own, and Global admin is given and
 * taken by Global admins alone.
 * @param target the user as they are now; null for one who is being added
 */
export function mayGive(scope: Scope, target: (Target & Levels) | null, levels: Levels): Verdict {
  if (scope.actor === null) return yes;
  const before = target ?? { administratorLevel: 'none', agentLevel: 'none' };
  const same = before.administratorLevel === levels.administratorLevel && before.agentLevel === levels.agentLevel;
  if (same) return yes;
  if (scope.support) return no('support');
  if (target?.id === scope.actor.id) return no('ownLevel');
  const touchesGlobal = [before.administratorLevel, levels.administratorLevel].includes('global');
  if (
    touchesGlobal &&
    before.administratorLevel !== levels.administratorLevel &&
    scope.actor.administratorLevel !== 'global'
  ) {
    return no('globalLevel');
  }
  const touchesAdministrators = before.administratorLevel !== levels.administratorLevel;
  const reserved =
    scope.rules.administratorsManagedBy === 'globalAdmins' && scope.actor.administratorLevel !== 'global';
  return touchesAdministrators && reserved ? no(decided(scope, 'administratorsManagedBy', 'administrator')) : yes;
}
