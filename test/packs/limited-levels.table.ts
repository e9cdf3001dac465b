import type { Row } from './packs.ts';

/** What a User management admin, and somebody without a level, is offered and refused. Under worldwide, Germany, Germany of old, US Government and China. */
export const shipped: readonly Row[] = [
  [
    'the list says to a manager',
    '200',
    '200 In the region Germany, only Global admins do this to administrators: change a user, block or unblock sign-in, end the sessions of a user, reset a password, delete a user account, and restore a user. What is managed where',
    '200',
    '200',
    '200 In the region China, users do this themselves: reset a password. What is managed where',
  ],
  [
    'an administrator’s page says to a manager',
    '200',
    '200 In the region Germany, only Global admins do this to administrators: change a user, block or unblock sign-in, end the sessions of a user, delete a user account, and reset a password. What is managed where',
    '200 In the region Germany, this is not done here. It is done in the administration portal of Microsoft Cloud Germany.',
    '200 In the region US Government, this is not done here. It is done in the Azure Government portal.',
    '200 In the region China, nobody can do this for a user: users recover their access themselves, starting from “Forgotten your password?” where they sign in.',
  ],
  [
    'a manager blocks an administrator',
    '303 /account-settings/user-management/…',
    '403 Only for Global admins',
    '403 Managed in another place',
    '403 Managed in another place',
    '303 /account-settings/user-management/…',
  ],
  [
    'a manager deletes a Global admin',
    '403 Only for Global admins',
    '403 Only for Global admins',
    '403 Managed in another place',
    '403 Managed in another place',
    '403 Only for Global admins',
  ],
  ['the dashboard offers somebody else', '200 My profile · Change password'],
  ['the list tells somebody else', '403 This is for administrators'],
  ['their own password', '200 Change password'],
  [
    'the log keeps',
    'user.blocked, users.delete refused: globalAdmin',
    'users.block refused: administrator, users.delete refused: globalAdmin',
    'users.block refused: elsewhere, users.delete refused: elsewhere',
    'users.block refused: elsewhere, users.delete refused: elsewhere',
    'user.blocked, users.delete refused: globalAdmin',
  ],
];

/** The same under an operator’s own rules: two of us, by link, by mail, app for all, look only. */
export const custom: readonly Row[] = [
  [
    'the list says to a manager',
    '200',
    '200 In the region Germany, only Global admins do this to administrators: change a user, block or unblock sign-in, end the sessions of a user, reset a password, delete a user account, and restore a user. What is managed where',
    '200 In the region China, users do this themselves: reset a password. What is managed where',
    '200',
    '200 In the region Worldwide, this is not offered: change a user, block or unblock sign-in, end the sessions of a user, reset a password, delete a user account, restore a user, add a user, import users, and export users. What is managed where',
  ],
  [
    'an administrator’s page says to a manager',
    '200',
    '200 In the region Germany, only Global admins do this to administrators: change a user, block or unblock sign-in, end the sessions of a user, delete a user account, and reset a password. What is managed where',
    '200 In the region China, nobody can do this for a user: users recover their access themselves, starting from “Forgotten your password?” where they sign in.',
    '200 In the region US Government, this is not done here. It is done in the Azure Government portal.',
    '200 In the region Worldwide, this is not offered: change a user, block or unblock sign-in, end the sessions of a user, delete a user account, and reset a password. What is managed where',
  ],
  [
    'a manager blocks an administrator',
    '303 /account-settings/user-management/…',
    '403 Only for Global admins',
    '303 /account-settings/user-management/…',
    '403 Managed in another place',
    '403 Not offered in this region',
  ],
  [
    'a manager deletes a Global admin',
    '403 Only for Global admins',
    '403 Only for Global admins',
    '403 Only for Global admins',
    '403 Managed in another place',
    '403 Not offered in this region',
  ],
  ['the dashboard offers somebody else', '200 My profile · Change password'],
  ['the list tells somebody else', '403 This is for administrators'],
  ['their own password', '200 Change password'],
  [
    'the log keeps',
    'secondFactor.setUp, user.blocked, users.delete refused: globalAdmin',
    'users.block refused: administrator, users.delete refused: globalAdmin',
    'secondFactor.setUp, user.blocked, users.delete refused: globalAdmin, secondFactor.setUp',
    'secondFactor.setUp, users.block refused: elsewhere, users.delete refused: elsewhere, secondFactor.setUp',
    'users.block refused: nobody, users.delete refused: nobody',
  ],
];
