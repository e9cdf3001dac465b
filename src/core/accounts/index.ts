import type { Logger } from 'pino';
import type { Config } from '../../platform/config/config.ts';
import type { Database } from '../../platform/database/database.ts';
import type { JobRunner } from '../../platform/background-jobs.ts';
import { createCredentialIssuer } from './links/credential-issuer.ts';
import { createLinks } from './links/links.ts';
import { createRecovery } from './links/recovery.ts';
import { createLinkTokens } from './links/tokens.ts';
import type { StrengthEstimator } from './passwords/strength-estimator.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';
import { derivedKeys } from '../../platform/keys/derived-keys.ts';
import { createPasswords } from './passwords/passwords.ts';
import { assembleSecondFactor } from './second-factor/assemble.ts';
import { createSecondFactorRemover } from './second-factor/remove-second-factor.ts';
import { createKnownDevices } from './sessions/known-devices.ts';
import { createSessions } from './sessions/sessions.ts';
import { createUnknownNames } from './sessions/unknown-names.ts';
import type { RegionOf } from './tenants/validation.ts';
import { createTenantRules } from './tenants/tenant-rules.ts';
import { createTenants } from './tenants/tenants.ts';
import { createLinkThrottle } from './throttles/link-throttle.ts';
import { createThrottle } from './throttles/throttle.ts';
import { createUserAdder } from './users/add-user.ts';
import { createBulkReset } from './users/bulk-reset.ts';
import { createBulkChange } from './users/bulk-actions.ts';
import { createUserActions } from './users/user-actions.ts';
import { createUsers } from './users/reset-password.ts';

export interface AccountsDependencies {
  readonly config: Config;
  readonly database: Database;
  /** Secrets for sessions and one-time links: the first one signs, and all of them verify. */
  readonly secrets: readonly string[];
  /** Keys for TOTP seeds: the first one encrypts, and all of them decrypt. */
  readonly secondFactorKeys: readonly string[];
  readonly hasher: Hasher;
  readonly strengthEstimator: StrengthEstimator;
  /** @returns the region that the directory lists for a domain, or null if there is no route */
  readonly regionOf: RegionOf;
  /** @returns the address of a one-time link */
  readonly linkAddress: (token: string) => string;
  readonly background: JobRunner;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
}

export type Accounts = ReturnType<typeof createAccounts>;

/** Tenants, users, credentials, sessions, throttles and one-time links: everything needed to sign in. */
export function createAccounts(deps: AccountsDependencies) {
  const { config, database, secrets, secondFactorKeys: keys, hasher, strengthEstimator, regionOf, clock, log } = deps;
  const { rules } = config;
  const throttle = createThrottle(database, rules, clock);
  const devices = createKnownDevices(derivedKeys(secrets, 'known browser'));
  const unknownNames = createUnknownNames({ keys: derivedKeys(secrets, 'unknown user name'), clock, log });
  const tokens = createLinkTokens(derivedKeys(secrets, 'one-time link'), deps.linkAddress);
  const credentialIssuer = createCredentialIssuer({ hasher, tokens, canMail: config.mail !== null, clock });
  const sessions = createSessions({ database, hasher, throttle, devices, unknownNames, clock, log });
  const secondFactor = assembleSecondFactor({ database, keys, hasher, throttle, devices, clock, log });
  deps.background.add(secondFactor.reencryption);
  deps.background.add(unknownNames.report);
  return {
    throttle,
    devices,
    credentialIssuer,
    sessions,
    secondFactor,
    removeSecondFactor: createSecondFactorRemover({ database, throttle, clock }),
    passwords: createPasswords({ database, hasher, strengthEstimator, throttle, clock }),
    tenants: createTenants({ database, regionOf, hasher, rules, clock }),
    rules: createTenantRules({ database, regionRules: rules, clock }),
    links: createLinks({ database, hasher, tokens, sessions, devices, clock }),
    recovery: createRecoveryWithThrottle(deps, tokens),
    users: createUsers({ database, credentialIssuer, throttle, clock }),
    addUser: createUserAdder({ database, credentialIssuer, clock }),
    userActions: createUserActions({ database, clock }),
    bulkChange: createBulkChange({ database, clock }),
    bulkReset: createBulkReset({ database, credentialIssuer, throttle, clock }),
  };
}

function createRecoveryWithThrottle(
  { database, background, clock, log }: AccountsDependencies,
  tokens: ReturnType<typeof createLinkTokens>,
) {
  const throttle = createLinkThrottle(database);
  const recovery = createRecovery({ database, tokens, throttle, clock, log });
  return { throttle, requestLink: recovery.requestLink, wake: background.add(recovery.work) };
}

export {
  createCredentialIssuer,
  describeHandover,
  type NewCredential,
  toEventHandover,
  type IssuedCredential,
  type CredentialIssuer,
} from './links/credential-issuer.ts';
export type { Links } from './links/links.ts';
export type { Recovery } from './links/recovery.ts';
export { createLinkTokens } from './links/tokens.ts';
export { createStrengthEstimator, type StrengthEstimator } from './passwords/strength-estimator.ts';
export { readList } from './passwords/password-list-digests.ts';
export * as passwordListStore from './passwords/password-list.store.ts';
export type { ChangeResult, Passwords } from './passwords/passwords.ts';
export { type IssuedPassword, issueTemporaryPassword } from './passwords/temporary-passwords.ts';
export type { AuthenticatedSession } from './second-factor/reauthentication.ts';
export {
  createSecondFactorRemover,
  type RemoveSecondFactor,
  removeSecondFactorAction,
} from './second-factor/remove-second-factor.ts';
export type { CodesResult, SecondFactor } from './second-factor/own-second-factor.ts';
export type { EnrollmentSeed } from './second-factor/enrollment-seed.ts';
export type { SubmitCode } from './second-factor/submit-code.ts';
export { describeDevice, type KnownDevices } from './sessions/known-devices.ts';
export { lockTenantAndRecheck } from './sessions/recheck-under-lock.ts';
export type { Sessions, SessionTicket, SignInResult } from './sessions/sessions.ts';
export * as credentialsStore from './stores/credentials.store.ts';
export * as dashboardStore from './stores/dashboard.store.ts';
export type { FoundLink } from './stores/links.store.ts';
export {
  decodeCursor,
  encodeCursor,
  levelFilters,
  type ListOrder,
  pageSize,
  type PageStart,
  type SortKey,
  sortKeys,
  statusFilters,
} from './stores/users.queries.ts';
export * as secondFactorsStore from './stores/second-factors.store.ts';
export * as seedsStore from './stores/seeds.store.ts';
export * as sessionsStore from './stores/sessions.store.ts';
export { type LiveSession, toAmr } from './stores/sessions.mapping.ts';
export type { OwnSession } from './stores/sessions.store.ts';
export * as setupTokenStore from './stores/setup-token.store.ts';
export * as supportGrantsStore from './stores/support-grants.store.ts';
export {
  joinGrantDetails,
  type OpenGrant,
  openGrantColumns,
  type OpenGrantRow,
  toOpenGrant,
} from './stores/support-grants.store.ts';
export { readOwnRules } from './stores/tenants.mapping.ts';
export * as tenantsStore from './stores/tenants.store.ts';
export type { Tenant } from './stores/tenants.store.ts';
export { changeableFields, type NewUser, toUser, userColumns, type UserRow } from './stores/users.mapping.ts';
export * as usersBatchStore from './stores/users.batch.store.ts';
export { inTenant, type UserChange } from './stores/users.batch-update.ts';
export { maxDeletedCounted } from './stores/users.list.store.ts';
export { indexUsers, takeNumbers, toIndexedColumns } from './stores/users.search.store.ts';
export * as usersStore from './stores/users.store.ts';
export { createFirstTenant } from './tenants/first-tenant.ts';
export { setupTokenDigest, issueSetupToken } from './tenants/setup-token.ts';
export { changesBetween, type TenantRulesFeature } from './tenants/tenant-rules.ts';
export { type AddedUser, createTenants, type Tenants } from './tenants/tenants.ts';
export type { LinkThrottle } from './throttles/link-throttle.ts';
export { throttleKeysOf } from './throttles/throttle-keys.ts';
export { createThrottle, type Throttle } from './throttles/throttle.ts';
export {
  type ActionOutcome,
  editAction,
  mayDeleteNow,
  performAction,
  recordExport,
  remove,
  restore,
  type UserAction,
} from './users/actions.ts';
export type { AddUser } from './users/add-user.ts';
export type { BulkReset, ResetTarget } from './users/bulk-reset.ts';
export {
  type BulkAction,
  bulkActions,
  type BulkChange,
  type BulkOutcome,
  checkBulkSize,
  policyActionOf,
  maxBulkUsers,
  availableBulkActions,
  findApprovalRequirement,
  partitionTargets,
} from './users/bulk-actions.ts';
export {
  createUserActions,
  type EditConflict,
  type EditOutcome,
  fieldsOf,
  type ShownFields,
  type UserActions,
  type UserField,
} from './users/user-actions.ts';
export { appointGlobalAdmin } from './users/appoint-global-admin.ts';
export { hasApprovers, isIndispensable, loadSpareApprover, type SpareApprover } from './users/remaining-approvers.ts';
export { chooseLanguage } from './users/choose-language.ts';
export { createUsers, type ResetResult, type Users } from './users/reset-password.ts';
