import type { Row } from './packs.ts';

/**
 * The permissions of a User management admin and of a user without a level. Columns: worldwide, Germany, Germany
 * (historical), US Government, China.
 */
export const shipped: readonly Row[] = [
  [
    'note on the user list, User management admin',
    '200',
    '200 In the Germany region, only Global admins can take these actions on administrator accounts: edit a user, block or unblock sign-in, end a user’s sessions, reset a password, delete a user, and restore a deleted user. Who manages what',
    '200',
    '200',
    '200 In the China region, users do this themselves: reset a password. Who manages what',
  ],
  [
    'note on the page of an administrator, User management admin',
    '200',
    '200 In the Germany region, only Global admins can take these actions on administrator accounts: edit a user, block or unblock sign-in, end a user’s sessions, delete a user, and reset a password. Who manages what',
    '200 In the Germany region, this is managed in the administration portal of Microsoft Cloud Germany, not in this portal.',
    '200 In the US Government region, this is managed in the Azure Government portal, not in this portal.',
    '200 In the China region, users recover their own accounts by selecting “Forgot your password?” when they sign in.',
  ],
  [
    'blocking an administrator, User management admin',
    '303 /account-settings/user-management/…',
    '403 Global admins only',
    '403 Managed elsewhere',
    '403 Managed elsewhere',
    '303 /account-settings/user-management/…',
  ],
  [
    'deleting a Global admin, User management admin',
    '403 Global admins only',
    '403 Global admins only',
    '403 Managed elsewhere',
    '403 Managed elsewhere',
    '403 Global admins only',
  ],
  ['dashboard, user', '200 My profile · Change password'],
  ['user list, user', '403 Not available with this role'],
  ['changing one’s own password, user', '200 Change password'],
  [
    'recorded log entries',
    'user.blocked, users.delete refused: globalAdmin',
    'users.block refused: administrator, users.delete refused: globalAdmin',
    'users.block refused: elsewhere, users.delete refused: elsewhere',
    'users.block refused: elsewhere, users.delete refused: elsewhere',
    'user.blocked, users.delete refused: globalAdmin',
  ],
];

/**
 * The same observations under custom rules. Columns: two administrators, links shown, links mailed, second factor for
 * all, view only.
 */
export const custom: readonly Row[] = [
  [
    'note on the user list, User management admin',
    '200',
    '200 In the Germany region, only Global admins can take these actions on administrator accounts: edit a user, block or unblock sign-in, end a user’s sessions, reset a password, delete a user, and restore a deleted user. Who manages what',
    '200 In the China region, users do this themselves: reset a password. Who manages what',
    '200',
    '200 Not available in the Worldwide region: edit a user, block or unblock sign-in, end a user’s sessions, reset a password, delete a user, restore a deleted user, add a user, import users, and export users. Who manages what',
  ],
  [
    'note on the page of an administrator, User management admin',
    '200',
    '200 In the Germany region, only Global admins can take these actions on administrator accounts: edit a user, block or unblock sign-in, end a user’s sessions, delete a user, and reset a password. Who manages what',
    '200 In the China region, users recover their own accounts by selecting “Forgot your password?” when they sign in.',
    '200 In the US Government region, this is managed in the Azure Government portal, not in this portal.',
    '200 Not available in the Worldwide region: edit a user, block or unblock sign-in, end a user’s sessions, delete a user, and reset a password. Who manages what',
  ],
  [
    'blocking an administrator, User management admin',
    '303 /account-settings/user-management/…',
    '403 Global admins only',
    '303 /account-settings/user-management/…',
    '403 Managed elsewhere',
    '403 Not available in this region',
  ],
  [
    'deleting a Global admin, User management admin',
    '403 Global admins only',
    '403 Global admins only',
    '403 Global admins only',
    '403 Managed elsewhere',
    '403 Not available in this region',
  ],
  ['dashboard, user', '200 My profile · Change password'],
  ['user list, user', '403 Not available with this role'],
  ['changing one’s own password, user', '200 Change password'],
  [
    'recorded log entries',
    'secondFactor.setUp, user.blocked, users.delete refused: globalAdmin',
    'users.block refused: administrator, users.delete refused: globalAdmin',
    'secondFactor.setUp, user.blocked, users.delete refused: globalAdmin, secondFactor.setUp',
    'secondFactor.setUp, users.block refused: elsewhere, users.delete refused: elsewhere, secondFactor.setUp',
    'users.block refused: nobody, users.delete refused: nobody',
  ],
];
