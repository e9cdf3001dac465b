import { createHash, randomBytes } from 'node:crypto';
import type { Stores } from '../../../stores.ts';

const tokenBytes = 32;

/** @returns the form in which the set-up link's token is kept and looked up */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Makes the one-time link's token while there is no tenant. Each call makes the earlier ones worthless.
 * @returns the token, to be printed once and kept nowhere, or null where a tenant exists
 */
export async function openSetup(stores: Stores): Promise<string | null> {
  if (!(await stores.tenants.isEmpty())) return null;
  const token = randomBytes(tokenBytes).toString('base64url');
  await stores.setup.replace(digestOf(token));
  return token;
}
