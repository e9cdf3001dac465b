import { createHash } from 'node:crypto';
import { refusalPrefix } from './increasing-waits.ts';
import type { User } from '../../../domain/people/user.ts';

/** Expensive actions that are rate-limited for each signed-in user. */
export const budgetedActions = [
  'reset',
  'change',
  'logExport',
  'import',
  'export',
  'personalData',
  'secondFactor',
  'approval',
] as const;
export type BudgetedAction = (typeof budgetedActions)[number];

// A safety limit. No user is expected to reach this many password changes.
const maxEpochs = 1_000;

const waitPrefixes = ['account', 'devices', 'sessions'];
const accountPrefixes = ['row', 'recordName', ...waitPrefixes, ...waitPrefixes.map(refusalPrefix)];

const mailPrefixes = ['recoveryName', 'signInLinkName'];

/** @returns the names under which code attempts are counted in unknown browsers, known browsers and open sessions */
export const codeOwnersOf = (username: string): string[] => [
  username,
  `${username}|knownDevice`,
  `${username}|session`,
];

/** Hashes a key, so that the throttles table contains no personal data. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** @returns the throttle keys of a user, except those that depend on an address or device */
export function throttleKeysOf({ id, username, epoch }: Pick<User, 'id' | 'username' | 'epoch'>): string[] {
  const ofName = mailPrefixes.map((prefix) => `${prefix}:${digest(username)}`);
  const ofCodes = codeOwnersOf(username).flatMap((owner) =>
    ['code', 'codeDay', 'codeRow'].map((prefix) => `${prefix}:${digest(owner)}`),
  );
  const keys = [...budgetedActions.map((act) => `${act}:${id}`), ...ofName, ...ofCodes];
  for (let each = Math.max(0, epoch - maxEpochs); each <= epoch; each++) {
    const accountKey = digest(`${username}|${each}`);
    keys.push(...accountPrefixes.map((prefix) => `${prefix}:${accountKey}`));
  }
  return keys;
}
