import type { Logger } from 'pino';
import type { Config } from '../../platform/config/config.ts';
import type { Database } from '../../platform/database/database.ts';
import type { JobRunner } from '../../platform/background-jobs.ts';
import { createCredentialIssuer } from './links/hand-over.ts';
import { createLinks } from './links/links.ts';
import { createRecovery } from './links/recovery.ts';
import { createLinkTokens } from './links/tokens.ts';
import type { GuessCounter } from './passwords/guesses.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';
import { createPasswords } from './passwords/passwords.ts';
import { createSecondFactorParts } from './second-factor/create.ts';
import { createRemoval } from './second-factor/removal.ts';
import { createKnownDevices } from './sessions/devices.ts';
import { createSessions } from './sessions/sessions.ts';
import type { RegionOf } from './tenants/check.ts';
import { createRules } from './tenants/tenant-rules.ts';
import { createTenants } from './tenants/tenants.ts';
import { createLinkThrottle } from './throttles/link-throttle.ts';
import { createThrottle } from './throttles/throttle.ts';
import { createUserAdder } from './users/add.ts';
import { createBulkReset } from './users/bulk-reset.ts';
import { createBulkChange } from './users/bulk.ts';
import { createUserChanges } from './users/changes.ts';
import { createUsers } from './users/reset-password.ts';

export interface AccountsDependencies {
  readonly config: Config;
  readonly database: Database;
  /** The first signs, all verify. */
  readonly secrets: readonly string[];
  /** The first encrypts the seeds of second factors, all decrypt. */
  readonly secondFactorKeys: readonly string[];
  readonly hasher: Hasher;
  readonly guesses: GuessCounter;
  /** @returns the region that the directory names for a domain, or null */
  readonly regionOf: RegionOf;
  /** @returns the address of a one-time link */
  readonly linkAddress: (token: string) => string;
  readonly background: JobRunner;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
}

export type Accounts = ReturnType<typeof createAccounts>;

/** Tenants, users, credentials, sessions, throttles and one-time links: who may sign in, and as whom. */
export function createAccounts(deps: AccountsDependencies) {
  const { config, database, secrets, hasher, guesses, regionOf, clock, log } = deps;
  const { rules } = config;
  const throttle = createThrottle(database, rules);
  const devices = createKnownDevices(secrets);
  const tokens = createLinkTokens(secrets, deps.linkAddress);
  const credentialIssuer = createCredentialIssuer({ hasher, tokens, canMail: config.mail !== null, clock });
  const sessions = createSessions({ database, hasher, throttle, devices, clock, log });
  const secondFactor = createSecondFactorParts({
    database,
    keys: deps.secondFactorKeys,
    hasher,
    throttle,
    clock,
    log,
  });
  deps.background.add(secondFactor.reseal);
  return {
    throttle,
    devices,
    credentialIssuer,
    sessions,
    secondFactor,
    removeSecondFactor: createRemoval({ database, throttle, clock }),
    passwords: createPasswords({ database, hasher, guesses, throttle, clock }),
    tenants: createTenants({ database, regionOf, hasher, rules, clock }),
    rules: createRules({ database, regionRules: rules, clock }),
    links: createLinks({ database, hasher, tokens, sessions, clock }),
    recovery: createRecoveryWithThrottle(deps, tokens),
    users: createUsers({ database, credentialIssuer, throttle, clock }),
    addUser: createUserAdder({ database, credentialIssuer, clock }),
    changes: createUserChanges({ database, clock }),
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
  return { throttle, ask: recovery.ask, wake: background.add(recovery.work) };
}

export {
  createCredentialIssuer,
  handOverOf,
  type NewCredential,
  deliveryOf,
  type IssuedCredential,
  type CredentialIssuer,
} from './links/hand-over.ts';
export type { Links } from './links/links.ts';
export type { Recovery } from './links/recovery.ts';
export { createLinkTokens } from './links/tokens.ts';
export { createGuessCounter, type GuessCounter } from './passwords/guesses.ts';
export type { ChangeResult, Passwords } from './passwords/passwords.ts';
export { type IssuedPassword, issueTemporaryPassword } from './passwords/temporary-passwords.ts';
export type { Asker } from './second-factor/proof.ts';
export { createRemoval, type Removal, removeSecondFactor } from './second-factor/removal.ts';
export type { CodesResult, SecondFactor } from './second-factor/second-factor.ts';
export type { SeedOffer } from './second-factor/seed-offer.ts';
export type { CodeStep } from './second-factor/sign-in.ts';
export { describeDevice, type KnownDevices } from './sessions/devices.ts';
export { lockTenantAndRecheck } from './sessions/recheck.ts';
export type { Sessions, SessionTicket, SignInResult } from './sessions/sessions.ts';
export * as credentialsStore from './stores/credentials.store.ts';
export * as dashboardStore from './stores/dashboard.store.ts';
export { maxCounted } from './stores/dashboard.store.ts';
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
export * as setUpStore from './stores/set-up.store.ts';
export * as supportGrantsStore from './stores/support-grants.store.ts';
export {
  joinBesideGrant,
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
export { allUsers, inTenant, type UserChange } from './stores/users.batch.store.ts';
export { maxDeletedCounted } from './stores/users.list.store.ts';
export { indexUsers, takeNumbers } from './stores/users.search.store.ts';
export * as usersStore from './stores/users.store.ts';
export { createFirstTenant } from './tenants/first-tenant.ts';
export { digestOf, openSetup } from './tenants/set-up.ts';
export { changesBetween, ownRulesSeen, type RulesFeature } from './tenants/tenant-rules.ts';
export { type AddedUser, createTenants, type Tenants } from './tenants/tenants.ts';
export type { LinkThrottle } from './throttles/link-throttle.ts';
export { countedUnder } from './throttles/throttle-keys.ts';
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
export type { AddUser } from './users/add.ts';
export type { BulkReset, ResetTarget } from './users/bulk-reset.ts';
export {
  type BulkAction,
  bulkActions,
  type BulkChange,
  type BulkOutcome,
  checkBulkSize,
  judgedAs,
  maxBulkUsers,
  offeredInBulk,
  secondFor,
  sortOut,
} from './users/bulk.ts';
export {
  createUserChanges,
  type EditConflict,
  type EditOutcome,
  fieldsOf,
  type ShownFields,
  type UserChangesFeature,
  type UserField,
} from './users/changes.ts';
export { chooseLanguage } from './users/language.ts';
export { createUsers, type ResetResult, type Users } from './users/reset-password.ts';
