import type { ApprovalAct } from './approvals.ts';
import type { AdministratorLevel, AgentLevel } from './roles.ts';
import type { Language, RegionRules } from './regions.ts';
import type { Support } from './support.ts';

export interface ScopeTenant {
  readonly id: string;
  readonly name: string;
  readonly language: Language;
}

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
