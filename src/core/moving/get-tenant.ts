import type { Database } from '../../platform/database/database.ts';
import { type Tenant, tenantsStore } from '../accounts/index.ts';
import { MoveFault } from './move-fault.ts';

/** @throws MoveFault if there is no tenant with this ID */
export async function getTenant(database: Database, tenantId: string): Promise<Tenant> {
  const tenant = await tenantsStore.findForOperator(database, tenantId);
  if (tenant === null) throw new MoveFault('unknownTenant', tenantId);
  return tenant;
}
