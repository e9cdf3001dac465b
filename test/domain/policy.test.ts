import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { may } from '../../src/domain/policy.ts';
import { userOperations, type Placement, type RegionRules } from '../../src/domain/regions.ts';
import { actions, administratorLevels, type Action, type AdministratorLevel } from '../../src/domain/roles.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import { operator, person } from '../../src/domain/principal.ts';
import type { Target } from '../../src/domain/policy-decision.ts';
import type { DenialReason } from '../../src/domain/denial-reason.ts';

const portal = { en: 'the other portal', fr: 'l’autre portail', de: 'das andere Portal' };
const placements: Record<Placement['at'], Placement> = {
  here: { at: 'here' },
  elsewhere: { at: 'elsewhere', place: portal, address: 'https://portal.example' },
  alone: { at: 'alone' },
  nobody: { at: 'nobody' },
};

type Managed = RegionRules['administratorsManagedBy'];
type Who = 'none' | 'self' | 'user' | 'billing' | 'userManager' | 'global';
const whos: Who[] = ['none', 'self', 'user', 'billing', 'userManager', 'global'];
const levelOf: Record<Exclude<Who, 'none' | 'self'>, AdministratorLevel> = {
  user: 'none',
  billing: 'billing',
  userManager: 'userManagement',
  global: 'global',
};

function rulesWith(at: Placement['at'], administratorsManagedBy: Managed): RegionRules {
  const operations = Object.fromEntries(userOperations.map((operation) => [operation, placements[at]]));
  const twoAdministrators = { for: [], deleteMoreThan: 50, withinHours: 24, formerAdminDays: 30 };
  const activityLog = { export: at === 'here' ? 'allowed' : 'forbidden' };
  return { operations, administratorsManagedBy, twoAdministrators, activityLog } as unknown as RegionRules;
}

const ada = { id: 'self', username: 'ada@a.example', displayName: 'Ada', agentLevel: 'admin' } as const;

function scopeOf(rules: RegionRules, administratorLevel: AdministratorLevel | 'operator'): Scope {
  return createScope({
    rules,
    language: 'en',
    requestId: 'request',
    now: 0,
    address: null,
    tenant: { id: 'tenant', name: 'A', language: 'en' },
    principal: administratorLevel === 'operator' ? operator : person({ ...ada, administratorLevel }),
  });
}

function targetOf(who: Who, level: AdministratorLevel): Target | undefined {
  if (who === 'none') return undefined;
  const administratorLevel = who === 'self' ? level : levelOf[who];
  return { id: who, administratorLevel, globalAdminUntil: null };
}

// The product contract, written in a different form from the policy, because two implementations rarely share a
// mistake.
const allowedToAll: Action[] = ['dashboard.view', 'profile.view', 'password.change'];
const againstAPerson = [
  'edit',
  'block',
  'delete',
  'restore',
  'resetPassword',
  'removeSecondFactor',
  'endSessions',
  'import',
].map((verb) => `users.${verb}`);
againstAPerson.push('personalData.view', 'personalData.erase');
const forGlobalAdmins: Action[] = ['accountSettings.edit', 'support.grant'];

interface Case {
  readonly level: AdministratorLevel;
  readonly action: Action;
  readonly who: Who;
  readonly at: Placement['at'];
  readonly managed: Managed;
}

const hasLevelFor = (action: Action, level: AdministratorLevel): boolean =>
  level === 'global' || (level === 'userManagement' && !forGlobalAdmins.includes(action));

function expected({ level, action, who, at, managed }: Case): 'yes' | DenialReason {
  if (allowedToAll.includes(action)) return 'yes';
  if (!hasLevelFor(action, level)) return 'level';
  if (forGlobalAdmins.includes(action)) return 'yes';
  if (/^(users|personalData)[.]/.test(action) && at !== 'here') return at;
  if (action === 'activity.export' && at !== 'here') return 'nobody';
  if (!againstAPerson.includes(action) || who === 'none') return 'yes';
  if (who === 'self' && action !== 'users.edit') return action === 'personalData.view' ? 'yes' : 'self';
  return level === 'global' ? 'yes' : forUserManager(who, managed);
}

function forUserManager(who: Who, managed: Managed): 'yes' | DenialReason {
  if (who === 'global') return 'globalAdmin';
  const hasLevel = who !== 'user';
  return managed === 'globalAdmins' && hasLevel ? 'administrator' : 'yes';
}

const cases: Case[] = administratorLevels.flatMap((level) =>
  actions.flatMap((action) =>
    whos.flatMap((who) =>
      (Object.keys(placements) as Placement['at'][]).flatMap((at) =>
        (['userManagers', 'globalAdmins'] as const).map((managed) => ({ level, action, who, at, managed })),
      ),
    ),
  ),
);

const answer = ({ level, action, who, at, managed }: Case): 'yes' | DenialReason => {
  const decision = may(scopeOf(rulesWith(at, managed), level), action, targetOf(who, level));
  return decision.allowed ? 'yes' : decision.because;
};

describe('the policy', () => {
  for (const level of administratorLevels) {
    for (const action of actions) {
      test(`decides ${action} for level ${level} as the product contract specifies, for every target and placement`, () => {
        const these = cases.filter((each) => each.level === level && each.action === action);
        assert.equal(these.length, whos.length * 4 * 2);
        assert.deepEqual(
          these.map((each) => [each.who, each.at, each.managed, answer(each)]),
          these.map((each) => [each.who, each.at, each.managed, expected(each)]),
        );
      });
    }
  }

  test("allows the operator every action on every user, regardless of the region's placement", () => {
    for (const at of Object.keys(placements) as Placement['at'][]) {
      for (const action of actions) {
        for (const who of whos) {
          const scope = scopeOf(rulesWith(at, 'globalAdmins'), 'operator');
          assert.equal(may(scope, action, targetOf(who, 'global')).allowed, true, `${action} ${who} ${at}`);
        }
      }
    }
  });

  test('includes the responsible place and its URL in a denial', () => {
    const decision = may(scopeOf(rulesWith('elsewhere', 'userManagers'), 'global'), 'users.resetPassword');
    assert.deepEqual(decision, {
      allowed: false,
      because: 'elsewhere',
      place: portal,
      address: 'https://portal.example',
    });
  });

  test("evaluates the region's placement for each operation separately", () => {
    const here = rulesWith('here', 'userManagers');
    const rules = { ...here, operations: { ...here.operations, 'users.resetPassword': placements.alone } };
    for (const operation of userOperations) {
      const decision = may(scopeOf(rules, 'global'), operation, {
        id: 'other',
        administratorLevel: 'none',
        globalAdminUntil: null,
      });
      assert.equal(decision.allowed, operation !== 'users.resetPassword', operation);
    }
  });

  test('attributes a rule to the tenant if the tenant has made it stricter', () => {
    const rules = rulesWith('nobody', 'globalAdmins');
    const admin = { id: 'other', administratorLevel: 'billing', globalAdminUntil: null } as const;
    const because = (tightened: readonly string[], action: Action, target?: Target): string => {
      const here = action === 'users.block' ? rulesWith('here', 'globalAdmins') : rules;
      const decision = may(scopeOf({ ...here, tightened: new Set(tightened) }, 'userManagement'), action, target);
      return decision.allowed ? 'yes' : decision.because;
    };
    assert.equal(because(['logExport'], 'users.export'), 'nobody');
    assert.equal(because(['usersExport'], 'users.export'), 'tenantNobody');
    assert.equal(because(['usersExport'], 'users.import'), 'nobody');
    assert.equal(because(['usersExport'], 'activity.export'), 'nobody');
    assert.equal(because(['logExport'], 'activity.export'), 'tenantNobody');
    assert.equal(because([], 'users.block', admin), 'administrator');
    assert.equal(because(['administratorsManagedBy'], 'users.block', admin), 'tenantAdministrator');
  });

  test('ignores the agent level', () => {
    for (const agentLevel of ['admin', 'sales', 'helpdesk', 'none'] as const) {
      const principal = person({ ...ada, administratorLevel: 'none', agentLevel });
      const decision = may({ ...scopeOf(rulesWith('here', 'userManagers'), 'none'), principal }, 'users.list');
      assert.deepEqual(decision, { allowed: false, because: 'level' });
    }
  });
});

test('a scope is immutable', () => {
  const scope = scopeOf(rulesWith('here', 'userManagers'), 'none');
  assert.throws(() => Object.assign(scope, { principal: operator }), TypeError);
});
