import type { ApprovalAction } from '../../src/domain/approval-actions.ts';
import type { Target } from '../../src/domain/policy-decision.ts';
import { operator, person } from '../../src/domain/principal.ts';
import type { ApprovalRule, RegionRules } from '../../src/domain/regions.ts';
import type { AdministratorLevel } from '../../src/domain/roles.ts';
import { createScope, type Scope } from '../../src/domain/scope.ts';
import { worldwide } from '../data/databases.ts';

/** The current time in every test, in epoch milliseconds. */
export const now = Date.UTC(2026, 10, 30);

export const rulesFor = (acts: readonly ApprovalRule[], deleteMoreThan = 3, formerAdminDays = 30): RegionRules => ({
  ...worldwide,
  twoAdministrators: { for: acts, deleteMoreThan, withinHours: 24, formerAdminDays },
});

/** @returns the scope of an administrator or the operator, under rules that require approval of the given actions */
export function scopeOf(
  level: AdministratorLevel | 'operator',
  rules: readonly ApprovalRule[] | RegionRules,
  agreed?: ApprovalAction,
): Scope {
  const ada = { id: 'self', username: 'ada@a.example', displayName: 'Ada', agentLevel: 'none' } as const;
  const tenant = { id: 'tenant', name: 'A', language: 'en' } as const;
  const principal = level === 'operator' ? operator : person({ ...ada, administratorLevel: level });
  return createScope({
    rules: 'region' in rules ? rules : rulesFor(rules),
    language: 'en',
    requestId: 'r',
    now,
    address: null,
    tenant,
    principal,
    agreed,
  });
}

export const someone = (administratorLevel: AdministratorLevel, globalAdminUntil: number | null = null): Target => ({
  ...{ id: administratorLevel, administratorLevel, globalAdminUntil },
});
export const global = someone('global');
export const plain = someone('none');
