import type { AdministratorLevel, AgentLevel } from './roles.ts';
import type { Language, RegionRules } from './regions.ts';
import type { Support, Grant } from './support.ts';
import type { ScopeTenant } from './tenant.ts';
import type { ApprovalAct } from './approval-acts.ts';

export interface ScopeActor {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly administratorLevel: AdministratorLevel;
  readonly agentLevel: AgentLevel;
  /** As it was when the request began: behind a lock, another one says that it does not count any more. */
  readonly epoch?: number | undefined;
}

/** What a request was made of before anybody is known: the region's rules, the tongue, the request's own name. */
export interface RegionScope {
  readonly rules: RegionRules;
  readonly language: Language;
  readonly requestId: string;
  /** The client's address as the trusted proxies report it, or null for the operator's own commands. */
  readonly address: string | null;
}

/** Who asks, from where and for whom: the first argument of every query inside a tenant. */
export interface Scope extends RegionScope {
  /** When the request began, epoch ms: the judge measures periods from it. */
  readonly now: number;
  readonly tenant: ScopeTenant;
  /** The signed-in user; null when the operator acts by a command. */
  readonly actor: ScopeActor | null;
  /** What another administrator has agreed to: set for the time of doing it, and nowhere else. */
  readonly agreed?: ApprovalAct | undefined;
  /** Set while an operator acts in a tenant that let them in: then the actor is of another tenant. */
  readonly support?: Support | undefined;
}

/** @returns the same values, which nobody can change on the way down */
export function createScope(parts: Scope): Scope {
  return Object.freeze({ ...parts });
}

/** @returns the scope of an operator within the tenant that let them in @param rules as they hold there */
export function scopeInside(scope: Scope, tenant: ScopeTenant, grant: Grant, rules: RegionRules): Scope {
  const { grantId, purpose, level, endsAt, grantedBy } = grant;
  return createScope({
    ...scope,
    rules,
    tenant: { id: tenant.id, name: tenant.name, language: tenant.language },
    actor: scope.actor && { ...scope.actor, administratorLevel: 'userManagement', agentLevel: 'none' },
    support: { grantId, purpose, level, endsAt, grantedBy, home: scope.tenant },
  });
}

/** @returns the scope of an operator back in their own tenant, where they hold no level */
export function scopeOutside(scope: Scope): Scope {
  if (scope.support === undefined) return scope;
  const { support, actor, ...rest } = scope;
  return createScope({ ...rest, tenant: support.home, actor: actor && { ...actor, administratorLevel: 'none' } });
}
