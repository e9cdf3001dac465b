/** The paths of all pages. Routes, redirects, templates and tests use only these. */
export const paths = {
  home: '/',
  setUp: '/set-up/:token',
  signIn: '/sign-in',
  signInPassword: '/sign-in/password',
  signInCode: '/sign-in/code',
  signInLink: '/sign-in/email-link',
  signOut: '/sign-out',
  changePassword: '/change-password',
  wellKnownChangePassword: '/.well-known/change-password',
  oneTimeLink: '/link/:token',
  recoverAccess: '/recover-access',
  dashboard: '/dashboard',
  accountSettings: '/account-settings',
  rules: '/account-settings/rules',
  responsibilities: '/account-settings/where',
  supportAccess: '/account-settings/support-access',
  endSupport: '/account-settings/support-access/:grantId/end',
  enterSupport: '/support/:grantId/enter',
  leaveSupport: '/support/leave',
  users: '/account-settings/user-management',
  user: '/account-settings/user-management/:userId',
  newUser: '/account-settings/user-management/new',
  bulkUsers: '/account-settings/user-management/bulk',
  bulkReset: '/account-settings/user-management/bulk/reset-password',
  deletedUsers: '/account-settings/user-management/deleted',
  importUsers: '/account-settings/user-management/import',
  importTemplate: '/account-settings/user-management/import/template.csv',
  import: '/account-settings/user-management/import/:importId',
  importRejected: '/account-settings/user-management/import/:importId/rejected.csv',
  importPasswords: '/account-settings/user-management/import/:importId/passwords',
  exportUsers: '/account-settings/user-management/export.csv',
  restoreUser: '/account-settings/user-management/:userId/restore',
  blockUser: '/account-settings/user-management/:userId/block',
  unblockUser: '/account-settings/user-management/:userId/unblock',
  endUserSessions: '/account-settings/user-management/:userId/end-sessions',
  deleteUser: '/account-settings/user-management/:userId/delete',
  userData: '/account-settings/user-management/:userId/data',
  userDataFile: '/account-settings/user-management/:userId/data.json',
  eraseUser: '/account-settings/user-management/:userId/erase',
  resetPassword: '/account-settings/user-management/:userId/reset-password',
  removeSecondFactor: '/account-settings/user-management/:userId/remove-second-factor',
  activityLog: '/account-settings/activity-log',
  activityCsv: '/account-settings/activity-log/export.csv',
  activityJsonLines: '/account-settings/activity-log/export.jsonl',
  approvals: '/account-settings/approvals',
  newApproval: '/account-settings/approvals/new',
  approval: '/account-settings/approvals/:approvalId',
  performApproval: '/account-settings/approvals/:approvalId/perform',
  myProfile: '/my-profile',
  ownPassword: '/my-profile/password',
  ownSecurity: '/my-profile/security',
  ownSecondFactor: '/my-profile/security/second-factor',
  ownRecoveryCodes: '/my-profile/security/second-factor/recovery-codes',
  removeOwnSecondFactor: '/my-profile/security/second-factor/remove',
  ownSessions: '/my-profile/sessions',
  ownData: '/my-profile/data',
  ownDataFile: '/my-profile/data.json',
  region: '/region',
  language: '/language',
  theme: '/theme',
  health: '/healthz',
  readiness: '/readyz',
  assets: '/assets',
} as const;

/**
 * Replaces the placeholders in a path.
 * @param parameters the value of each `:name` placeholder, not yet URL-encoded
 * @throws if a value is missing
 */
export function fillPath(address: string, parameters: Readonly<Record<string, string>>): string {
  return address.replace(/:(\w+)/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`The address ${address} has no value for ${name}`);
    return encodeURIComponent(value);
  });
}

/** @returns whether a path is that of a one-time link, or could be interpreted as one */
export const isOneTimeLink = (path: string): boolean => /^\/+link\//i.test(path);

// The path is built directly, because `fillPath` is slower and a list links to dozens of users.
export const userPath = (userId: string): string => paths.user.replace(':userId', encodeURIComponent(userId));
export const resetPasswordPath = (userId: string): string => fillPath(paths.resetPassword, { userId });
export const approvalPath = (approvalId: string): string => fillPath(paths.approval, { approvalId });

/**
 * @param userIds the ids of the affected users
 * @param extra further query parameters
 * @returns the URL of the page that requests another administrator's approval
 */
export function newApprovalPath(
  act: string,
  userIds: readonly string[],
  extra: Readonly<Record<string, string | null>> = {},
): string {
  const query = new URLSearchParams({ act });
  for (const id of userIds) query.append('user', id);
  for (const [name, value] of Object.entries(extra)) if (value !== null && value !== '') query.set(name, value);
  return `${paths.newApproval}?${query.toString()}`;
}

/** @returns a function that builds the one-time link for a token; the link always points to this portal */
export const oneTimeLinkUrls =
  (baseUrl: URL) =>
  (token: string): string =>
    new URL(fillPath(paths.oneTimeLink, { token }), baseUrl).href;
