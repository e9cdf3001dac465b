import { formerAdminProtection } from './former-admin-protection.ts';
import type { TenantRule } from './tenant-rules.ts';
import { isUserOperation, type UserOperation } from './regions.ts';
import { actionsOnUsers, rights, type Action, type AdministratorLevel, type AgentLevel } from './roles.ts';
import type { PersonPrincipal, SupportPrincipal } from './principal.ts';
import type { Scope } from './scope.ts';
import { isWithinSupport } from './support.ts';
import { approvalRuleOf, type ApprovalAction } from './approval-actions.ts';
import { type PolicyDecision, type Target, allow, deny } from './policy-decision.ts';

/** A principal that is subject to the rules of the tenant. */
type TenantPrincipal = PersonPrincipal | SupportPrincipal;

/**
 * The authorization policy. Handlers, view models and the activity log all use it, so that buttons and handlers agree.
 * It denies by default, including for a scope without a principal and for a kind of principal without a case below.
 * @param target the user that the action affects, if any
 */
export function may(scope: Scope, action: Action, target?: Target): PolicyDecision {
  const principal = scope.principal as Scope['principal'] | undefined;
  switch (principal?.kind) {
    // Commands on the host are not bound by the rules of the tenant.
    case 'operator':
      return allow;
    case 'person':
      return rights[action].includes(principal.administratorLevel)
        ? withinTenant(scope, principal, action, target)
        : deny('level');
    case 'support':
      return isWithinSupport(principal.grant.level, action)
        ? withinTenant(scope, principal, action, target)
        : deny('support');
    default:
      return deny('principal');
  }
}

const withinTenant = (scope: Scope, principal: TenantPrincipal, action: Action, target?: Target): PolicyDecision =>
  checkRules(scope, action) ??
  checkTarget(scope, principal, action, target) ??
  checkApproval(scope, action, target) ??
  allow;

// The rules do not place actions on personal data, so the placement of the corresponding operation on users applies.
const placementFollows: Partial<Record<Action, UserOperation>> = {
  'personalData.view': 'users.view',
  'personalData.erase': 'users.delete',
};

function checkRules(scope: Scope, action: Action): PolicyDecision | null {
  if (action === 'activity.export')
    return scope.rules.activityLog.export === 'allowed' ? null : deny(tenantAwareReason(scope, 'logExport', 'nobody'));
  const operation = isUserOperation(action) ? action : placementFollows[action];
  if (operation === undefined) return null;
  const placement = scope.rules.operations[operation];
  switch (placement.at) {
    case 'here':
      return null;
    case 'elsewhere':
      return { allowed: false, because: 'elsewhere', place: placement.place, address: placement.address };
    case 'alone':
      return deny('alone');
    case 'nobody':
      return deny(action === 'users.export' ? tenantAwareReason(scope, 'usersExport', 'nobody') : 'nobody');
  }
}

const byTenant = { administrator: 'tenantAdministrator', nobody: 'tenantNobody' } as const;

/** @returns the denial reason for a rule. The reason shows whether the tenant or its region set the rule. */
const tenantAwareReason = ({ rules }: Scope, rule: TenantRule, because: keyof typeof byTenant) =>
  rules.tightened?.has(rule) ? byTenant[because] : because;

function checkTarget(scope: Scope, principal: TenantPrincipal, action: Action, target?: Target): PolicyDecision | null {
  if (target === undefined || !actionsOnUsers.has(action)) return null;
  // Users can always read their own data.
  if (target.id === principal.userId && action === 'personalData.view') return null;
  if (target.id === principal.userId && action !== 'users.edit') return deny('self');
  // With an administrator's new password, an operator could act as that administrator after the grant ends.
  if (principal.kind === 'support' && target.administratorLevel !== 'none') return deny('support');
  if (isGlobalAdmin(principal)) return null;
  if (target.administratorLevel === 'global') return deny('globalAdmin');
  const act = approvalActionFor[action];
  if (act !== undefined && formerAdminProtection(scope, act, target)) return deny('formerGlobalAdmin');
  const reserved = scope.rules.administratorsManagedBy === 'globalAdmins' && target.administratorLevel !== 'none';
  return reserved ? deny(tenantAwareReason(scope, 'administratorsManagedBy', 'administrator')) : null;
}

const isGlobalAdmin = (principal: TenantPrincipal): boolean =>
  principal.kind === 'person' && principal.administratorLevel === 'global';

const approvalActionFor: Readonly<Partial<Record<Action, ApprovalAction>>> = {
  'users.resetPassword': 'resetPassword',
  // Includes issuing first passwords or links to imported users, who may have become Global admins in the meantime.
  'users.import': 'resetPassword',
  'users.removeSecondFactor': 'removeSecondFactor',
  'users.restore': 'restore',
  'users.export': 'exportUsers',
  'activity.export': 'exportLog',
};

function checkApproval(scope: Scope, action: Action, target?: Target): PolicyDecision | null {
  const act = approvalActionFor[action];
  const targets = target === undefined ? [] : [target];
  return act !== undefined && needsApproval(scope, act, targets) ? requireApproval(scope, act, targets) : null;
}

// Operators with support access cannot request approval; only administrators of the tenant can.
const requireApproval = (
  { principal }: Scope,
  act: ApprovalAction,
  targets: readonly Pick<Target, 'id'>[],
): PolicyDecision =>
  principal.kind === 'support'
    ? deny('support')
    : { allowed: false, because: 'secondAdministrator', act, users: targets.map(({ id }) => id) };

const actionsOnGlobalAdmins: ReadonlySet<ApprovalAction> = new Set(['resetPassword', 'removeSecondFactor', 'restore']);

/**
 * @param deletedBefore the number of users deleted within a day by the actor or accounts that the actor may control
 */
function needsApproval(scope: Scope, act: ApprovalAction, targets: readonly Target[], deletedBefore = 0): boolean {
  if (scope.principal.kind === 'operator' || scope.agreed === act) return false;
  // Relaxing an approval rule always requires approval.
  if (act === 'loosenRules') return true;
  const { for: approvalRules, deleteMoreThan } = scope.rules.twoAdministrators;
  if (!approvalRules.includes(approvalRuleOf[act])) return false;
  if (act === 'delete') return deletedBefore + targets.length > deleteMoreThan;
  if (!actionsOnGlobalAdmins.has(act)) return true;
  return targets.some((each) => each.administratorLevel === 'global' || formerAdminProtection(scope, act, each));
}

/**
 * Decides on deleting one or more users. Above a daily limit, a second administrator must approve.
 * @param deletedBefore the number of users deleted within a day by the actor or accounts that the actor may control
 */
export function mayDelete(scope: Scope, targets: readonly Target[], deletedBefore: number): PolicyDecision {
  const refused = targets.map((target) => may(scope, 'users.delete', target)).find(({ allowed }) => !allowed);
  if (refused !== undefined) return refused;
  return needsApproval(scope, 'delete', targets, deletedBefore) ? requireApproval(scope, 'delete', targets) : allow;
}

/** Decides on a change of the tenant's rules. `loosens` is whether the change relaxes an approval rule. */
export function maySetRules(scope: Scope, loosens: boolean): PolicyDecision {
  const decision = may(scope, 'accountSettings.edit');
  return decision.allowed && loosens && needsApproval(scope, 'loosenRules', [])
    ? requireApproval(scope, 'loosenRules', [])
    : decision;
}

export interface Levels {
  readonly administratorLevel: AdministratorLevel;
  readonly agentLevel: AgentLevel;
}

/**
 * Decides on assigning levels to a user. Users cannot change their own levels, and only Global admins can assign or
 * remove the Global admin level.
 * @param target the user with the current levels; null for a new user
 */
export function mayAssignLevels(
  scope: Scope,
  target: (Pick<Target, 'id'> & Levels) | null,
  levels: Levels,
): PolicyDecision {
  const principal = scope.principal as Scope['principal'] | undefined;
  const before = target ?? { administratorLevel: 'none', agentLevel: 'none' };
  const same = before.administratorLevel === levels.administratorLevel && before.agentLevel === levels.agentLevel;
  switch (principal?.kind) {
    case 'operator':
      return allow;
    case 'support':
      return same ? allow : deny('support');
    case 'person':
      if (same) return allow;
      return target?.id === principal.userId ? deny('ownLevel') : mayChangeLevel(scope, principal, target, levels);
    default:
      return deny('principal');
  }
}

function mayChangeLevel(
  scope: Scope,
  principal: PersonPrincipal,
  target: (Pick<Target, 'id'> & Levels) | null,
  { administratorLevel: to }: Levels,
): PolicyDecision {
  const from = target?.administratorLevel ?? 'none';
  if (from === to) return allow;
  if ((from === 'global' || to === 'global') && !isGlobalAdmin(principal)) return deny('globalLevel');
  if (scope.rules.administratorsManagedBy === 'globalAdmins' && !isGlobalAdmin(principal))
    return deny(tenantAwareReason(scope, 'administratorsManagedBy', 'administrator'));
  return to === 'global' ? mayGiveGlobalAdmin(scope, target) : allow;
}

const mayGiveGlobalAdmin = (scope: Scope, target: Pick<Target, 'id'> | null): PolicyDecision =>
  needsApproval(scope, 'giveGlobalAdmin', [])
    ? requireApproval(scope, 'giveGlobalAdmin', target ? [target] : [])
    : allow;
