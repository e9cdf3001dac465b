import { createHash, randomBytes } from 'node:crypto';
import * as setUpStore from '../stores/setup-token.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';

const tokenBytes = 32;

/** @returns the form in which the set-up link's token is kept and looked up */
export const setupTokenDigest = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Makes the one-time link's token while there is no tenant. Each call makes the earlier ones worthless.
 * @returns the token, to be printed once and kept nowhere, or null where a tenant exists
 */
export async function issueSetupToken(database: Database): Promise<string | null> {
  if (!(await tenantsStore.isEmpty(database))) return null;
  const token = randomBytes(tokenBytes).toString('base64url');
  await setUpStore.replace(database, setupTokenDigest(token));
  return token;
}
