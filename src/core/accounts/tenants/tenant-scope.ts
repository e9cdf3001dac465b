import { randomUUID } from 'node:crypto';
import { operator, type JobPrincipal, type OperatorPrincipal } from '../../../domain/principal.ts';
import type { RegionRules } from '../../../domain/regions.ts';
import { createScope, type Scope } from '../../../domain/scope.ts';
import { effectiveRules, type TenantRules } from '../../../domain/tenant-rules.ts';
import type { Tenant } from '../stores/tenants.store.ts';

export interface ScopeDependencies {
  readonly rules: RegionRules;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
}

type ScopedTenant = Pick<Tenant, 'id' | 'name' | 'language'> & { readonly ownRules?: TenantRules };

/** @returns the scope in which an operator's command or a background job acts on a tenant */
export function scopeFor(
  { rules, clock }: ScopeDependencies,
  tenant: ScopedTenant,
  principal: OperatorPrincipal | JobPrincipal,
): Scope {
  return createScope({
    rules: effectiveRules(rules, tenant.ownRules ?? {}),
    language: tenant.language,
    requestId: randomUUID(),
    now: clock(),
    address: null,
    tenant,
    principal,
  });
}

export const operatorScope = (deps: ScopeDependencies, tenant: ScopedTenant): Scope => scopeFor(deps, tenant, operator);
