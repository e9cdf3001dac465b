import { hasApprovers, tenantsStore } from '../core/accounts/index.ts';
import type { Scope } from '../domain/scope.ts';
import type { Database } from '../platform/database/database.ts';
import type { CommandContext } from './context.ts';

/**
 * @param tenantId a tenant that was just added or moved here
 * @returns a line for the operator if the tenant's rules require two administrators and no one can approve yet;
 * otherwise an empty array
 */
export async function approverLines(
  database: Database,
  tenants: Pick<CommandContext['tenants'], 'operatorScope'>,
  tenantId: string,
): Promise<string[]> {
  const tenant = await tenantsStore.findForOperator(database, tenantId);
  if (tenant === null) return [];
  const scope: Scope = tenants.operatorScope(tenant);
  if (scope.rules.twoAdministrators.for.length === 0 || (await hasApprovers(database, scope, scope.now))) return [];
  return [
    'The rules require two administrators for some actions. No one can approve these actions before two Global admins whose accounts are independent have chosen a password; "user add" and "user make-global-admin" give an organization further Global admins.',
  ];
}
