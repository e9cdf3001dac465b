import { person, type Principal } from './principal.ts';
import type { Language, RegionRules } from './regions.ts';
import type { Grant } from './support.ts';
import type { ScopeTenant } from './tenant.ts';
import type { ApprovalAction } from './approval-actions.ts';

/** The properties of a request that are known before authentication. */
export interface RegionScope {
  readonly rules: RegionRules;
  readonly language: Language;
  readonly requestId: string;
  /** The client's IP address as reported by the trusted proxies; null for commands. */
  readonly address: string | null;
}

/** The acting principal, the tenant and the rules that apply. The first argument of every query within a tenant. */
export interface Scope extends RegionScope {
  /** Start of the request, epoch ms. The policy uses it as the current time. */
  readonly now: number;
  readonly tenant: ScopeTenant;
  readonly principal: Principal;
  /** The action that another administrator has approved; set only while it is performed. */
  readonly agreed?: ApprovalAction | undefined;
}

/** @returns a frozen copy of the scope */
export function createScope(parts: Scope): Scope {
  return Object.freeze({ ...parts });
}

/**
 * @param scope the scope of an operator in the operators' tenant
 * @param rules the effective rules of the tenant that granted access
 * @returns the scope of the operator in the tenant that granted access
 */
export function supportScope(scope: Scope, tenant: ScopeTenant, grant: Grant, rules: RegionRules): Scope {
  const { principal, tenant: home } = scope;
  if (principal.kind !== 'person') throw new Error('Only a user can act under a support grant');
  const { userId, username, displayName, epoch } = principal;
  const { grantId, purpose, level, endsAt, grantedBy } = grant;
  return createScope({
    ...scope,
    rules,
    tenant: { id: tenant.id, name: tenant.name, language: tenant.language },
    principal: Object.freeze({
      kind: 'support',
      userId,
      username,
      displayName,
      epoch,
      grant: { grantId, purpose, level, endsAt, grantedBy },
      home,
    }),
  });
}

/**
 * @returns the scope of an operator in the operators' tenant, where operators have no levels; any other scope unchanged
 */
export function homeScope(scope: Scope): Scope {
  const { principal } = scope;
  if (principal.kind !== 'support') return scope;
  const { userId: id, username, displayName, epoch, home } = principal;
  const levels = { administratorLevel: 'none', agentLevel: 'none' } as const;
  return createScope({ ...scope, tenant: home, principal: person({ id, username, displayName, epoch, ...levels }) });
}
