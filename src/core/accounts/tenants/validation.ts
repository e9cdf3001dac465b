import { hasVisibleCharacter, isLongerThan, removeInvisible } from '../../../domain/people/visible-text.ts';
import { isTenantName, maxNameLength } from '../../../domain/tenant.ts';
import { randomUUID } from 'node:crypto';
import { Failure, type PlainErrorCode } from '../../../domain/errors.ts';
import { offersLanguage, type RegionRules } from '../../../domain/regions.ts';
import {
  canonicalUsername,
  cleanName,
  domainOf,
  isDomain,
  isUsername,
  type User,
} from '../../../domain/people/user.ts';
import { languageFault, levelFaults, rejectFaults } from '../../../domain/validation.ts';
import type { NewTenantRow, Tenant } from '../stores/tenants.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';

/** @returns the region that the directory lists for a domain, or null if there is no route */
export type RegionOf = (domain: string) => Promise<string | null>;

export interface NewTenant {
  readonly name: string;
  readonly domains: readonly string[];
  readonly language: string;
  /** Whether the tenant's domains may be shared with other regions; default true. */
  readonly listed?: boolean;
  readonly kind?: Tenant['kind'];
}

/**
 * Rejects changes to a tenant that is moving, because its bundle would not contain them.
 * @throws Failure conflict
 */
export function rejectMoving(tenant: Tenant | null): void {
  if (tenant?.state === 'moving') throw new Failure('conflict', { code: 'tenant.moving' });
}

// If the directory routed a domain to another region, its users would be redirected there at every sign-in.
async function isRoutedElsewhere(regionOf: RegionOf, domains: readonly string[], region: string): Promise<boolean> {
  const regions = await Promise.all(domains.map((domain) => regionOf(domain)));
  return regions.some((each) => each !== null && each !== region);
}

/**
 * Validates and normalizes a new tenant.
 * @param at the time of creation, epoch ms
 * @throws Failure badRequest or conflict
 */
export async function validateTenant(
  { database, regionOf }: { readonly database: Database; readonly regionOf: RegionOf },
  { name, domains, language, listed = true, kind = 'partner' }: NewTenant,
  rules: RegionRules,
  at: number,
): Promise<NewTenantRow> {
  const refuse = (code: PlainErrorCode): never => {
    throw new Failure('badRequest', { code });
  };
  const canonical = [...new Set(domains.map((domain) => removeInvisible(domain).trim().toLowerCase()))];
  const cleaned = cleanName(name);
  if (!isTenantName(cleaned)) return refuse('tenant.nameMalformed');
  if (canonical.length === 0 || !canonical.every(isDomain)) return refuse('domain.malformed');
  if (!offersLanguage(rules, language)) return refuse('language.notOffered');
  if (await tenantsStore.findTakenDomain(database, canonical)) {
    throw new Failure('conflict', { code: 'domain.taken' });
  }
  if (await isRoutedElsewhere(regionOf, canonical, rules.region))
    throw new Failure('conflict', { code: 'domain.elsewhere' });
  return {
    id: randomUUID(),
    name: cleaned,
    language,
    state: 'active',
    kind,
    createdAt: at,
    domains: canonical,
    listed,
  };
}

/** @throws Failure badRequest for a level that does not exist, or a language that the region does not offer */
export const validateUserFields = (
  rules: RegionRules,
  person: Pick<User, 'administratorLevel' | 'agentLevel' | 'language'>,
): void => rejectFaults(...levelFaults(person), languageFault(rules, person));

/**
 * @returns the canonical user name.
 * @throws Failure badRequest
 */
export function validateUsername(typed: string, domains: readonly string[]): string {
  const username = canonicalUsername(typed);
  if (!isUsername(username)) throw new Failure('badRequest', { code: 'username.malformed' });
  if (!domains.includes(domainOf(username))) {
    throw new Failure('badRequest', { code: 'username.otherDomain' });
  }
  return username;
}

/**
 * @returns the display name as it is stored.
 * @throws Failure badRequest
 */
export function validateDisplayName(typed: string): string {
  const name = cleanName(typed);
  if (!hasVisibleCharacter(name) || isLongerThan(name, maxNameLength))
    throw new Failure('badRequest', { code: 'displayName.malformed' });
  return name;
}
