export { type Accounts, createAccounts } from './create-accounts.ts';
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
export {
  changeableFields,
  type NewUser,
  toIndexedColumns,
  toUser,
  userColumns,
  type UserRow,
} from './stores/users.mapping.ts';
export * as usersBatchStore from './stores/users.batch.store.ts';
export { inTenant, type UserChange } from './stores/users.batch-update.ts';
export { maxDeletedCounted } from './stores/users.list.store.ts';
export { indexUsers, takeNumbers } from './stores/users.search.store.ts';
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
