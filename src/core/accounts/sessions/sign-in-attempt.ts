import type { PresentedPassword } from '../../../domain/people/password.ts';
import { domainOf } from '../../../domain/people/user.ts';
import type { RegionScope } from '../../../domain/scope.ts';
import { effectiveRules } from '../../../domain/tenant-rules.ts';
import type { Database } from '../../../platform/database/database.ts';
import type { Credentials } from '../stores/credentials.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Attempt } from '../throttles/password-limits.ts';
import type { KnownDevices } from './known-devices.ts';

/**
 * @returns the attempt to count. Its limit comes from the tenant that owns the domain, never from the user, because a
 * stricter limit would otherwise reveal which user names exist
 */
export async function attemptOf(
  { database, devices }: { readonly database: Database; readonly devices: KnownDevices },
  { rules }: RegionScope,
  typed: Pick<Attempt, 'username' | 'address'> & { readonly deviceToken: string | null },
  credentials: Credentials | null,
  { kind }: PresentedPassword,
): Promise<Attempt> {
  const { username, address, deviceToken } = typed;
  const owner = {
    username,
    epoch: credentials?.user.epoch ?? 0,
    secondFactorAt: credentials?.user.secondFactorAt ?? null,
  };
  const ownRules = await tenantsStore.findRulesByDomainAcrossTenants(database, domainOf(username));
  return {
    kind,
    username,
    address,
    epoch: owner.epoch,
    knownDevice: devices.recognize(owner, deviceToken),
    sessionId: null,
    // Apply the region's current rules: the tenant's rules may have been stored before the region's became stricter.
    maxAttempts: ownRules && effectiveRules(rules, ownRules).throttle.perAccountAndAddress.attempts,
  };
}
