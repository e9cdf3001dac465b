import type { Row } from './packs.ts';

/** What a User management admin, and somebody without a level, is offered and refused. Under worldwide, Germany, Germany of old, US Government and China. */
export const shipped: readonly Row[] = [
  [
    'the list says to a manager',
    '200',
    '200 In the Germany region, only Global admins can do this to administrators: edit a user, block or unblock sign-in, end a user’s sessions, reset a password, delete a user, and restore a deleted user. Where things are managed',
    '200',
    '200',
    '200 In the China region, users do this themselves: reset a password. Where things are managed',
  ],
  [
    'an administrator’s page says to a manager',
    '200',
    '200 In the Germany region, only Global admins can do this to administrators: edit a user, block or unblock sign-in, end a user’s sessions, delete a user, and reset a password. Where things are managed',
    '200 In the Germany region, this is managed in the administration portal of Microsoft Cloud Germany, not in this portal.',
    '200 In the US Government region, this is managed in the Azure Government portal, not in this portal.',
    '200 In the China region, users recover their own accounts. They select “Forgot your password?” when they sign in.',
  ],
  [
    'a manager blocks an administrator',
    '303 /account-settings/user-management/…',
    '403 Global admins only',
    '403 Managed elsewhere',
    '403 Managed elsewhere',
    '303 /account-settings/user-management/…',
  ],
  [
    'a manager deletes a Global admin',
    '403 Global admins only',
    '403 Global admins only',
    '403 Managed elsewhere',
    '403 Managed elsewhere',
    '403 Global admins only',
  ],
  ['the dashboard offers somebody else', '200 My profile · Change password'],
  ['the list tells somebody else', '403 Not available with your role'],
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
export const own: readonly Row[] = [
  [
    'the list says to a manager',
    '200',
    '200 In the Germany region, only Global admins can do this to administrators: edit a user, block or unblock sign-in, end a user’s sessions, reset a password, delete a user, and restore a deleted user. Where things are managed',
    '200 In the China region, users do this themselves: reset a password. Where things are managed',
    '200',
    '200 Not available in the Worldwide region: edit a user, block or unblock sign-in, end a user’s sessions, reset a password, delete a user, restore a deleted user, add a user, import users, and export users. Where things are managed',
  ],
  [
    'an administrator’s page says to a manager',
    '200',
    '200 In the Germany region, only Global admins can do this to administrators: edit a user, block or unblock sign-in, end a user’s sessions, delete a user, and reset a password. Where things are managed',
    '200 In the China region, users recover their own accounts. They select “Forgot your password?” when they sign in.',
    '200 In the US Government region, this is managed in the Azure Government portal, not in this portal.',
    '200 Not available in the Worldwide region: edit a user, block or unblock sign-in, end a user’s sessions, delete a user, and reset a password. Where things are managed',
  ],
  [
    'a manager blocks an administrator',
    '303 /account-settings/user-management/…',
    '403 Global admins only',
    '303 /account-settings/user-management/…',
    '403 Managed elsewhere',
    '403 Not available in this region',
  ],
  [
    'a manager deletes a Global admin',
    '403 Global admins only',
    '403 Global admins only',
    '403 Global admins only',
    '403 Managed elsewhere',
    '403 Not available in this region',
  ],
  ['the dashboard offers somebody else', '200 My profile · Change password'],
  ['the list tells somebody else', '403 Not available with your role'],
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
