import { createHash } from 'node:crypto';
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

/** Hashes a key, so that the throttles table contains no personal data. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** @returns the throttle keys of a user, except those that depend on an address or device */
export function throttleKeysOf({ id, username, epoch }: Pick<User, 'id' | 'username' | 'epoch'>): string[] {
  const name = digest(username);
  const ofName = ['recoveryName', 'code', 'codeDay', 'codeRow'].map((prefix) => `${prefix}:${name}`);
  const keys = [...budgetedActions.map((act) => `${act}:${id}`), ...ofName];
  for (let each = Math.max(0, epoch - maxEpochs); each <= epoch; each++) {
    const accountKey = digest(`${username}|${each}`);
    keys.push(`row:${accountKey}`, `account:${accountKey}`, `devices:${accountKey}`, `recordName:${accountKey}`);
  }
  return keys;
}
