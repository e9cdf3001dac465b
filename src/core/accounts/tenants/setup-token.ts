import { createHash, randomBytes } from 'node:crypto';
import * as setupTokenStore from '../stores/setup-token.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';

const tokenBytes = 32;

const notBase64url = /[^\w-]/g;

/**
 * @param token the token of a setup link. Invisible characters and punctuation that were copied with it are ignored
 * @returns the digest for storing and looking up the token
 */
export const setupTokenDigest = (token: string): string =>
  createHash('sha256').update(token.replace(notBase64url, '')).digest('base64url');

/**
 * Issues the token of the one-time setup link while there is no tenant. Each call invalidates earlier tokens.
 * @returns the token, which is printed once and not stored; null if a tenant exists
 */
export async function issueSetupToken(database: Database): Promise<string | null> {
  if (!(await tenantsStore.isEmpty(database))) return null;
  const token = randomBytes(tokenBytes).toString('base64url');
  await setupTokenStore.replace(database, setupTokenDigest(token));
  return token;
}
