import { person, type Principal } from './principal.ts';
import type { Language, RegionRules } from './regions.ts';
import type { Grant } from './support.ts';
import type { ScopeTenant } from './tenant.ts';
import type { ApprovalAction } from './approval-actions.ts';

/** What is known of a request before anyone has signed in. */
export interface RegionScope {
  readonly rules: RegionRules;
  readonly language: Language;
  readonly requestId: string;
  /** The client's address as the trusted proxies report it, or null for the operator's own commands. */
  readonly address: string | null;
}

/** Who asks, from where and for whom: the first argument of every query inside a tenant. */
export interface Scope extends RegionScope {
  /** When the request began, epoch ms: the policy measures periods from it. */
  readonly now: number;
  readonly tenant: ScopeTenant;
  readonly principal: Principal;
  /** What another administrator has approved: set only while it is carried out. */
  readonly agreed?: ApprovalAction | undefined;
}

/** @returns a frozen copy, so that no function on the way down can change it */
export function createScope(parts: Scope): Scope {
  return Object.freeze({ ...parts });
}

/**
 * @param scope an operator's own
 * @param rules as they apply in the tenant of the grant
 * @returns the scope of the operator in that tenant
 */
export function supportScope(scope: Scope, tenant: ScopeTenant, grant: Grant, rules: RegionRules): Scope {
  const { principal, tenant: home } = scope;
  if (principal.kind !== 'person') throw new Error('Only a person can act under a grant');
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

/** @returns the scope of an operator back in their own tenant, without any level there */
export function homeScope(scope: Scope): Scope {
  const { principal } = scope;
  if (principal.kind !== 'support') return scope;
  const { userId: id, username, displayName, epoch, home } = principal;
  const levels = { administratorLevel: 'none', agentLevel: 'none' } as const;
  return createScope({ ...scope, tenant: home, principal: person({ id, username, displayName, epoch, ...levels }) });
}
