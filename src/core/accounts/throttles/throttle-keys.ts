import { createHash } from 'node:crypto';
import type { User } from '../../../domain/people/user.ts';

/** What a signed-in user can only do so often, since it costs much. */
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

// More passwords than this nobody ever had; the count is bounded all the same.
const maxEpochs = 1_000;

/** The table of throttles names nobody. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** @returns the keys under which a user is counted, but for those of a place that only a sign-in knows */
export function throttleKeysOf({ id, username, epoch }: Pick<User, 'id' | 'username' | 'epoch'>): string[] {
  const name = digest(username);
  const ofName = ['recoveryName', 'code', 'codeDay', 'codeRow'].map((prefix) => `${prefix}:${name}`);
  const keys = [...budgetedActions.map((act) => `${act}:${id}`), ...ofName];
  for (let each = Math.max(0, epoch - maxEpochs); each <= epoch; each++) {
    const far = digest(`${username}|${each}`);
    keys.push(`row:${far}`, `account:${far}`, `devices:${far}`, `recordName:${far}`);
  }
  return keys;
}
