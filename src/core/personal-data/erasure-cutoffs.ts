import { effectiveRules } from '../../domain/tenant-rules.ts';
import { restoreWindowMs, type RegionRules } from '../../domain/regions.ts';
import type { Database } from '../../platform/database/database.ts';
import { tenantsStore } from '../accounts/index.ts';

interface CutoffDependencies {
  readonly database: Database;
  readonly rules: RegionRules;
}

/**
 * @returns the time before which deletions are due in the region, epoch ms.
 * @param now epoch ms
 */
export const regionCutoff = ({ rules }: CutoffDependencies, now: number): number => now - restoreWindowMs(rules);

/** @returns the tenants with a shorter restore window, and the time before which deletions are due there, epoch ms */
export async function tenantCutoffs(
  { database, rules }: CutoffDependencies,
  now: number,
): Promise<{ tenantId: string; end: number }[]> {
  const tenants = await tenantsStore.listWithOwnRestoreWindowForOperator(database);
  return tenants.map(({ id: tenantId, restoreWindowDays }) => ({
    tenantId,
    end: now - restoreWindowMs(effectiveRules(rules, { restoreWindowDays })),
  }));
}
