import { Failure, inField, notFound, type ErrorCode, type FieldFault } from '../../../domain/errors.ts';
import { normalizePassword } from '../../../domain/people/password.ts';
import type { Language, RegionRules } from '../../../domain/regions.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import type { NewPassword, Passwords } from '../passwords/passwords.ts';
import type { Tenants } from './tenants.ts';

/** The form for the first tenant and its Global admin, who chooses a password. */
export interface FirstTenant extends NewPassword {
  readonly tenantName: string;
  readonly domain: string;
  readonly language: Language;
  readonly adminName: string;
  /** The canonical user name of the Global admin. */
  readonly username: string;
}

export interface FirstTenantDependencies {
  readonly rules: RegionRules;
  readonly tenants: Pick<Tenants, 'addFirst'>;
  readonly passwords: Pick<Passwords, 'validate'>;
  readonly hasher: Hasher;
}

const fieldByErrorCode: Readonly<Partial<Record<ErrorCode, keyof FirstTenant>>> = {
  'tenant.nameMalformed': 'tenantName',
  'domain.malformed': 'domain',
  'domain.taken': 'domain',
  'domain.elsewhere': 'domain',
  'language.notOffered': 'language',
  'displayName.malformed': 'adminName',
  'username.malformed': 'username',
  'username.otherDomain': 'username',
};

/**
 * Creates the first tenant, using the setup link.
 * @returns the validation errors by field; empty if the tenant was created
 * @throws Failure notFound if the link is no longer valid
 */
export async function createFirstTenant(
  deps: FirstTenantDependencies,
  tokenDigest: string,
  form: FirstTenant,
): Promise<readonly FieldFault[]> {
  const { rules, passwords, hasher, tenants } = deps;
  const { tenantName, domain, language, adminName, username, newPassword } = form;
  const faults = await passwords.validate({ rules, username, displayName: adminName, tenantName }, form);
  if (faults.length > 0) return faults;
  const hash = await hasher.hash(normalizePassword(newPassword));
  const admin = { username, name: adminName, administratorLevel: 'global', agentLevel: 'none', language } as const;
  try {
    const details = { name: tenantName, domains: [domain], language };
    if (!(await tenants.addFirst(tokenDigest, details, admin, hash))) throw notFound();
    return [];
  } catch (error) {
    const coded = error instanceof Failure ? error.coded : null;
    const field = coded && fieldByErrorCode[coded.code];
    if (!field) throw error;
    return [inField(field, coded)];
  }
}
