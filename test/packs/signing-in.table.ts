import type { Row } from './packs.ts';

/**
 * Sign-in of a Global admin and of a user without a level, and session limits. Columns: worldwide, Germany, Germany
 * (historical), US Government, China.
 */
export const shipped: readonly Row[] = [
  [
    'help for a forgotten password',
    'Ask an administrator in your organization to reset your password. You’ll get a temporary password or a one-time link.',
    'Ask an administrator in your organization to reset your password. You’ll get a temporary password or a one-time link.',
    'In the Germany region, passwords are reset in the administration portal of Microsoft Cloud Germany. Go to that site',
    'In the US Government region, passwords are reset in the Azure Government portal. Go to that site',
    'In the China region, administrators can’t reset passwords, but you can recover your account yourself. · Recover your account',
  ],
  ['wrong passwords before a block', '5', '5', '5', '3', '5'],
  [
    'recovering access',
    '404 Page not found · Check the address. The page may have been moved or deleted.',
    '404 Page not found · Check the address. The page may have been moved or deleted.',
    '404 Page not found · Check the address. The page may have been moved or deleted.',
    '404 Page not found · Check the address. The page may have been moved or deleted.',
    '200 Recover your account · In the China region, users recover their own accounts. Enter your user name, and we’ll email you a one-time link to choose a new password. · Email me a link',
  ],
  ['page after sign-in, Global admin', '/dashboard'],
  ['second factor on the profile, Global admin', '200 Set up authenticator app'],
  ['removing one’s own second factor, Global admin', '200 Remove authenticator app'],
  ['languages, Global admin', '200 English · Français · Deutsch'],
  ['page after sign-in, user', '/dashboard'],
  ['second factor on the profile, user', '200 Set up authenticator app'],
  ['removing one’s own second factor, user', '200 Remove authenticator app'],
  ['languages, user', '200 English · Français · Deutsch'],
  [
    'minutes after which a temporary password still works',
    '59, 1380, 4260',
    '59, 1380',
    '59, 1380',
    '59, 1380, 4260',
    '59, 1380, 4260',
  ],
  ['minutes of inactivity that a session survives', '29', '14', '14', '29', '29'],
  ['maximum hours of a session', '12', '8', '8', '12', '12'],
  ['recorded log entries', 'user.added'],
];

/**
 * The same observations under custom rules. Columns: two administrators, links shown, links mailed, second factor for
 * all, view only.
 */
export const custom: readonly Row[] = [
  [
    'help for a forgotten password',
    'Ask an administrator in your organization to reset your password. You’ll get a temporary password or a one-time link.',
    'Ask an administrator in your organization to reset your password. You’ll get a one-time link to choose a new one.',
    'In the China region, administrators can’t reset passwords, but you can recover your account yourself. · Recover your account',
    'In the US Government region, passwords are reset in the Azure Government portal. Go to that site',
    'In the Worldwide region, passwords can’t be reset in this portal. Contact the portal operator.',
  ],
  ['wrong passwords before a block', '5', '5', '5', '3', '5'],
  [
    'recovering access',
    '404 Page not found · Check the address. The page may have been moved or deleted.',
    '404 Page not found · Check the address. The page may have been moved or deleted.',
    '200 Recover your account · In the China region, users recover their own accounts. Enter your user name, and we’ll email you a one-time link to choose a new password. · Email me a link',
    '404 Page not found · Check the address. The page may have been moved or deleted.',
    '404 Page not found · Check the address. The page may have been moved or deleted.',
  ],
  [
    'page after sign-in, Global admin',
    '/my-profile/security/second-factor',
    '/dashboard',
    '/my-profile/security/second-factor',
    '/my-profile/security/second-factor',
    '/dashboard',
  ],
  [
    'second factor on the profile, Global admin',
    '200 Two-step verification is required for your account, so you can’t remove your authenticator app. · Generate recovery codes',
    '200 Set up authenticator app',
    '200 Two-step verification is required for your account, so you can’t remove your authenticator app. · Generate recovery codes',
    '200 Two-step verification is required for your account, so you can’t remove your authenticator app. · Generate recovery codes',
    '200 Set up authenticator app',
  ],
  [
    'removing one’s own second factor, Global admin',
    '403 You don’t have permission to do this',
    '200 Remove authenticator app',
    '403 You don’t have permission to do this',
    '403 You don’t have permission to do this',
    '200 Remove authenticator app',
  ],
  [
    'languages, Global admin',
    '200 English · Français · Deutsch',
    '200 Deutsch · English',
    '200 English',
    '200 English · Français · Deutsch',
    '200 English · Français · Deutsch',
  ],
  [
    'page after sign-in, user',
    '/dashboard',
    '/dashboard',
    '/my-profile/security/second-factor',
    '/my-profile/security/second-factor',
    '/dashboard',
  ],
  [
    'second factor on the profile, user',
    '200 Set up authenticator app',
    '200 Set up authenticator app',
    '200 Two-step verification is required for your account, so you can’t remove your authenticator app. · Generate recovery codes',
    '200 Two-step verification is required for your account, so you can’t remove your authenticator app. · Generate recovery codes',
    '200 Set up authenticator app',
  ],
  [
    'removing one’s own second factor, user',
    '200 Remove authenticator app',
    '200 Remove authenticator app',
    '403 You don’t have permission to do this',
    '403 You don’t have permission to do this',
    '200 Remove authenticator app',
  ],
  [
    'languages, user',
    '200 English · Français · Deutsch',
    '200 Deutsch · English',
    '200 English',
    '200 English · Français · Deutsch',
    '200 English · Français · Deutsch',
  ],
  [
    'minutes after which a temporary password still works',
    '59, 1380, 4260',
    '59',
    '59, 1380, 4260',
    '59, 1380, 4260',
    '59, 1380, 4260',
  ],
  ['minutes of inactivity that a session survives', '29', '4', '29', '29', '29'],
  ['maximum hours of a session', '12', '1', '12', '12', '12'],
  [
    'recorded log entries',
    'secondFactor.setUp, user.added',
    'user.added',
    'secondFactor.setUp, secondFactor.setUp, user.added',
    'secondFactor.setUp, secondFactor.setUp, user.added',
    'user.added',
  ],
];
