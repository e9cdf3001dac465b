import type { Row } from './packs.ts';

/** What a User management admin and a user without a level may do. Columns: worldwide, Germany, Germany (historical), US Government, China. */
export const shipped: readonly Row[] = [
  [
    'note on the user list, User management admin',
    '200',
    '200 In the region Germany, only Global admins do this to administrators: change a user, block or unblock sign-in, end the sessions of a user, reset a password, delete a user account, and restore a user. What is managed where',
    '200',
    '200',
    '200 In the region China, users do this themselves: reset a password. What is managed where',
  ],
  [
    'note on the page of an administrator, User management admin',
    '200',
    '200 In the region Germany, only Global admins do this to administrators: change a user, block or unblock sign-in, end the sessions of a user, delete a user account, and reset a password. What is managed where',
    '200 In the region Germany, this is not done here. It is done in the administration portal of Microsoft Cloud Germany.',
    '200 In the region US Government, this is not done here. It is done in the Azure Government portal.',
    '200 In the region China, nobody can do this for a user: users recover their access themselves, starting from “Forgotten your password?” where they sign in.',
  ],
  [
    'blocking an administrator, User management admin',
    '303 /account-settings/user-management/…',
    '403 Only for Global admins',
    '403 Managed in another place',
    '403 Managed in another place',
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
  ['user list, user', '403 Not available with your role'],
  ['changing the own password, user', '200 Change password'],
  [
    'recorded log entries',
    'user.blocked, users.delete refused: globalAdmin',
    'users.block refused: administrator, users.delete refused: globalAdmin',
    'users.block refused: elsewhere, users.delete refused: elsewhere',
    'users.block refused: elsewhere, users.delete refused: elsewhere',
    'user.blocked, users.delete refused: globalAdmin',
  ],
];

/** The same under custom rules. Columns: two administrators, links shown, links mailed, second factor for all, view only. */
export const custom: readonly Row[] = [
  [
    'note on the user list, User management admin',
    '200',
    '200 In the region Germany, only Global admins do this to administrators: change a user, block or unblock sign-in, end the sessions of a user, reset a password, delete a user account, and restore a user. What is managed where',
    '200 In the region China, users do this themselves: reset a password. What is managed where',
    '200',
    '200 In the region Worldwide, this is not offered: change a user, block or unblock sign-in, end the sessions of a user, reset a password, delete a user account, restore a user, add a user, import users, and export users. What is managed where',
  ],
  [
    'note on the page of an administrator, User management admin',
    '200',
    '200 In the region Germany, only Global admins do this to administrators: change a user, block or unblock sign-in, end the sessions of a user, delete a user account, and reset a password. What is managed where',
    '200 In the region China, nobody can do this for a user: users recover their access themselves, starting from “Forgotten your password?” where they sign in.',
    '200 In the region US Government, this is not done here. It is done in the Azure Government portal.',
    '200 In the region Worldwide, this is not offered: change a user, block or unblock sign-in, end the sessions of a user, delete a user account, and reset a password. What is managed where',
  ],
  [
    'blocking an administrator, User management admin',
    '303 /account-settings/user-management/…',
    '403 Only for Global admins',
    '303 /account-settings/user-management/…',
    '403 Managed in another place',
    '403 Not offered in this region',
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
  ['user list, user', '403 Not available with your role'],
  ['changing the own password, user', '200 Change password'],
  [
    'recorded log entries',
    'secondFactor.setUp, user.blocked, users.delete refused: globalAdmin',
    'users.block refused: administrator, users.delete refused: globalAdmin',
    'secondFactor.setUp, user.blocked, users.delete refused: globalAdmin, secondFactor.setUp',
    'secondFactor.setUp, users.block refused: elsewhere, users.delete refused: elsewhere, secondFactor.setUp',
    'users.block refused: nobody, users.delete refused: nobody',
  ],
];
