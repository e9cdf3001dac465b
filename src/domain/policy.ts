import { formerGlobalAdmin } from './former-global-admin.ts';
import type { OwnRule } from './tenant-rules.ts';
import { isUserOperation, type UserOperation } from './regions.ts';
import { changesToAPerson, rights, type Action, type AdministratorLevel, type AgentLevel } from './roles.ts';
import type { PersonPrincipal, SupportPrincipal } from './principal.ts';
import type { Scope } from './scope.ts';
import { supportReaches } from './support.ts';
import { guardOf, type ApprovalAct } from './approval-acts.ts';
import { type Verdict, type Target, yes, no } from './verdict.ts';

/** A principal who is a user, and whom the rules of the tenant bind. */
type Bound = PersonPrincipal | SupportPrincipal;

/**
 * The authorization policy. Handlers, view models and the activity log all ask it, so that a button and its handler cannot
 * disagree. What it does not know, it denies: a scope without a principal, and every kind without a case of its own.
 * @param target the user acted upon, where there is one
 */
export function may(scope: Scope, action: Action, target?: Target): Verdict {
  const principal = scope.principal as Scope['principal'] | undefined;
  switch (principal?.kind) {
    // A command on the host acts on the tenant from outside.
    case 'operator':
      return yes;
    case 'person':
      return rights[action].includes(principal.administratorLevel)
        ? withinTenant(scope, principal, action, target)
        : no('level');
    case 'support':
      return supportReaches(principal.grant.level, action)
        ? withinTenant(scope, principal, action, target)
        : no('support');
    default:
      return no('principal');
  }
}

const withinTenant = (scope: Scope, principal: Bound, action: Action, target?: Target): Verdict =>
  byRules(scope, action) ?? byTarget(scope, principal, action, target) ?? bySecond(scope, action, target) ?? yes;

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

function byTarget(scope: Scope, principal: Bound, action: Action, target?: Target): Verdict | null {
  if (target === undefined || !changesToAPerson.has(action)) return null;
  if (target.id === principal.userId && action !== 'users.edit') return no('self');
  // An administrator's new password would give access that outlives the grant.
  if (principal.kind === 'support' && target.administratorLevel !== 'none') return no('support');
  if (isGlobalAdmin(principal)) return null;
  if (target.administratorLevel === 'global') return no('globalAdmin');
  const act = actsBehind[action];
  if (act !== undefined && formerGlobalAdmin(scope, act, target)) return no('formerGlobalAdmin');
  const reserved = scope.rules.administratorsManagedBy === 'globalAdmins' && target.administratorLevel !== 'none';
  return reserved ? no(decided(scope, 'administratorsManagedBy', 'administrator')) : null;
}

const isGlobalAdmin = (principal: Bound): boolean =>
  principal.kind === 'person' && principal.administratorLevel === 'global';

const reset: ApprovalAct = 'resetPassword';
const actsBehind: Readonly<Partial<Record<Action, ApprovalAct>>> = {
  'users.resetPassword': reset,
  // The first password of somebody whom a file added, and who has been made a Global admin since.
  'users.import': reset,
  'users.removeSecondFactor': 'removeSecondFactor',
  'users.restore': 'restore',
  'users.export': 'exportUsers',
  'activity.export': 'exportLog',
};

function bySecond(scope: Scope, action: Action, target?: Target): Verdict | null {
  const act = actsBehind[action];
  const targets = target === undefined ? [] : [target];
  return act !== undefined && asksForAnother(scope, act, targets) ? second(scope, act, targets) : null;
}

// Support asks no second administrator: only administrators of the tenant do.
const second = ({ principal }: Scope, act: ApprovalAct, targets: readonly Pick<Target, 'id'>[]): Verdict =>
  principal.kind === 'support'
    ? no('support')
    : { allowed: false, because: 'secondAdministrator', act, users: targets.map(({ id }) => id) };

const aboutGlobalAdmins: ReadonlySet<ApprovalAct> = new Set(['resetPassword', 'removeSecondFactor', 'restore']);

/** @param deletedBefore how many users the scope's actor, or who may be the same person, has deleted within a day */
function asksForAnother(scope: Scope, act: ApprovalAct, targets: readonly Target[], deletedBefore = 0): boolean {
  if (scope.principal.kind === 'operator' || scope.agreed === act) return false;
  // Asked where a rule would be taken away: then it is one.
  if (act === 'loosenRules') return true;
  const { for: guarded, deleteMoreThan } = scope.rules.twoAdministrators;
  if (!guarded.includes(guardOf[act])) return false;
  if (act === 'delete') return deletedBefore + targets.length > deleteMoreThan;
  if (!aboutGlobalAdmins.has(act)) return true;
  return targets.some((each) => each.administratorLevel === 'global' || formerGlobalAdmin(scope, act, each));
}

/**
 * The judge's word on deleting users, one or many: whoever has deleted many within a day needs another for more.
 * @param deletedBefore how many the scope's actor, or who may be the same person, has deleted within a day
 */
export function mayDelete(scope: Scope, targets: readonly Target[], deletedBefore: number): Verdict {
  const refused = targets.map((target) => may(scope, 'users.delete', target)).find(({ allowed }) => !allowed);
  if (refused !== undefined) return refused;
  return asksForAnother(scope, 'delete', targets, deletedBefore) ? second(scope, 'delete', targets) : yes;
}

/** The judge's word on a change of the tenant's own rules. @param loosens whether it would take a second administrator away */
export function maySetRules(scope: Scope, loosens: boolean): Verdict {
  const verdict = may(scope, 'accountSettings.edit');
  return verdict.allowed && loosens && asksForAnother(scope, 'loosenRules', [])
    ? second(scope, 'loosenRules', [])
    : verdict;
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
export function mayGive(scope: Scope, target: (Pick<Target, 'id'> & Levels) | null, levels: Levels): Verdict {
  const principal = scope.principal as Scope['principal'] | undefined;
  const before = target ?? { administratorLevel: 'none', agentLevel: 'none' };
  const same = before.administratorLevel === levels.administratorLevel && before.agentLevel === levels.agentLevel;
  switch (principal?.kind) {
    case 'operator':
      return yes;
    case 'support':
      return same ? yes : no('support');
    case 'person':
      if (same) return yes;
      return target?.id === principal.userId ? no('ownLevel') : mayMove(scope, principal, target, levels);
    default:
      return no('principal');
  }
}

function mayMove(
  scope: Scope,
  principal: PersonPrincipal,
  target: (Pick<Target, 'id'> & Levels) | null,
  { administratorLevel: to }: Levels,
): Verdict {
  const from = target?.administratorLevel ?? 'none';
  if (from === to) return yes;
  if ((from === 'global' || to === 'global') && !isGlobalAdmin(principal)) return no('globalLevel');
  if (scope.rules.administratorsManagedBy === 'globalAdmins' && !isGlobalAdmin(principal))
    return no(decided(scope, 'administratorsManagedBy', 'administrator'));
  return to === 'global' ? mayGiveGlobalAdmin(scope, target) : yes;
}

const mayGiveGlobalAdmin = (scope: Scope, target: Pick<Target, 'id'> | null): Verdict =>
  asksForAnother(scope, 'giveGlobalAdmin', []) ? second(scope, 'giveGlobalAdmin', target ? [target] : []) : yes;
