import type { Row } from './packs.ts';

/**
 * The permissions of a Global admin in user management. Columns: worldwide, Germany, Germany (historical), US
 * Government, China.
 */
export const shipped: readonly Row[] = [
  [
    'dashboard, Global admin',
    '200 User management · Add user · Import · Activity log · Account settings',
    '200 User management · Add user · Import · Activity log · Account settings',
    '200 User management · Activity log · Account settings',
    '200 User management · Activity log · Account settings',
    '200 User management · Add user · Import · Activity log · Account settings',
  ],
  [
    'user list, Global admin',
    '200 User management · Export · Import · Add user',
    '200 User management · Export · Import · Add user',
    '200 Managed elsewhere',
    '200 Managed elsewhere',
    '200 User management · Export · Import · Add user',
  ],
  [
    'bulk actions',
    '200 Block sign-in · Unblock sign-in · Reset password · Delete user account',
    '200 Block sign-in · Unblock sign-in · Reset password · Delete user account',
    '200',
    '200',
    '200 Block sign-in · Unblock sign-in · Delete user account',
  ],
  [
    'actions on the page of a user',
    '200 Zoé Besson · Save · Block sign-in · End all sessions · Delete user account · View all activity · Personal data · Reset password',
    '200 Zoé Besson · Save · Block sign-in · End all sessions · Delete user account · View all activity · Personal data · Reset password',
    '200 Managed elsewhere · Go to that site · Go to dashboard',
    '200 Managed elsewhere · Go to that site · Go to dashboard',
    '200 Zoé Besson · Save · Block sign-in · End all sessions · Delete user account · View all activity · Personal data',
  ],
  [
    'reset form',
    '200 Reset password',
    '200 Reset password',
    '200 Managed elsewhere · In the Germany region, this is managed in the administration portal of Microsoft Cloud Germany, not in this portal.',
    '200 Managed elsewhere · In the US Government region, this is managed in the Azure Government portal, not in this portal.',
    '200 Self-service only · In the China region, users recover their own accounts by selecting “Forgot your password?” when they sign in.',
  ],
  [
    'resetting a password',
    '200 Reset password',
    '200 Reset password',
    '403 Managed elsewhere',
    '403 Managed elsewhere',
    '403 Self-service only',
  ],
  ['adding a user', '200 Add user', '200 Add user', '200 Managed elsewhere', '200 Managed elsewhere', '200 Add user'],
  [
    'importing users',
    '200 Import users',
    '200 Import users',
    '200 Managed elsewhere',
    '200 Managed elsewhere',
    '200 Import users',
  ],
  [
    'deleted users',
    '200 Deleted users',
    '200 Deleted users',
    '200 Managed elsewhere',
    '200 Managed elsewhere',
    '200 Deleted users',
  ],
  ['exporting users', '200 a file', '200 a file', '200 Managed elsewhere', '200 Managed elsewhere', '200 a file'],
  [
    'recorded log entries',
    'password.reset, users.exported',
    'password.reset, users.exported',
    'users.resetPassword refused: elsewhere',
    'users.resetPassword refused: elsewhere',
    'users.resetPassword refused: alone, users.exported',
  ],
];

/**
 * The same observations under custom rules. Columns: two administrators, links shown, links mailed, second factor for
 * all, view only.
 */
export const custom: readonly Row[] = [
  [
    'dashboard, Global admin',
    '200 User management · Add user · Import · Activity log · Account settings',
    '200 User management · Add user · Import · Activity log · Account settings',
    '200 User management · Add user · Import · Activity log · Account settings',
    '200 User management · Activity log · Account settings',
    '200 User management · Activity log · Account settings',
  ],
  [
    'user list, Global admin',
    '200 User management · Export · Import · Add user',
    '200 User management · Export · Import · Add user',
    '200 User management · Export · Import · Add user',
    '200 Managed elsewhere',
    '200 User management',
  ],
  [
    'bulk actions',
    '200 Block sign-in · Unblock sign-in · Reset password · Delete user account',
    '200 Block sign-in · Unblock sign-in · Reset password · Delete user account',
    '200 Block sign-in · Unblock sign-in · Delete user account',
    '200',
    '200',
  ],
  [
    'actions on the page of a user',
    '200 Zoé Besson · Save · Block sign-in · End all sessions · Delete user account · View all activity · Personal data · Reset password',
    '200 Zoé Besson · Save · Block sign-in · End all sessions · Delete user account · View all activity · Personal data · Reset password',
    '200 Zoé Besson · Save · Block sign-in · End all sessions · Delete user account · View all activity · Personal data',
    '200 Managed elsewhere · Go to that site · Go to dashboard',
    '200 Zoé Besson · View all activity · Personal data',
  ],
  [
    'reset form',
    '200 Reset password',
    '200 Reset password',
    '200 Self-service only · In the China region, users recover their own accounts by selecting “Forgot your password?” when they sign in.',
    '200 Managed elsewhere · In the US Government region, this is managed in the Azure Government portal, not in this portal.',
    '200 Not available in this region · The Worldwide region’s rules don’t allow this.',
  ],
  [
    'resetting a password',
    '200 Reset password',
    '200 Reset password',
    '403 Self-service only',
    '403 Managed elsewhere',
    '403 Not available in this region',
  ],
  [
    'adding a user',
    '200 Add user',
    '200 Add user',
    '200 Add user',
    '200 Managed elsewhere',
    '200 Not available in this region',
  ],
  [
    'importing users',
    '200 Import users',
    '200 Import users',
    '200 Import users',
    '200 Managed elsewhere',
    '200 Not available in this region',
  ],
  [
    'deleted users',
    '200 Deleted users',
    '200 Deleted users',
    '200 Deleted users',
    '200 Managed elsewhere',
    '200 Not available in this region',
  ],
  [
    'exporting users',
    '200 Request approval',
    '200 a file',
    '200 a file',
    '200 Managed elsewhere',
    '403 Not available in this region',
  ],
  [
    'recorded log entries',
    'secondFactor.setUp, password.reset',
    'password.reset, users.exported',
    'secondFactor.setUp, users.resetPassword refused: alone, users.exported',
    'secondFactor.setUp, users.resetPassword refused: elsewhere',
    'users.resetPassword refused: nobody',
  ],
];
