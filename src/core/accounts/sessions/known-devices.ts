import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { bind } from '../../../platform/bind.ts';
import { createRequire } from 'node:module';
import type * as Bowser from 'bowser';

const deviceIdBytes = 16;

function sign(secret: string, owner: string, id: string): Buffer {
  return createHmac('sha256', secret).update(`device|${owner}|${id}`).digest();
}

export function issue(deps: readonly string[], username: string, epoch: number): string {
  const id = randomBytes(deviceIdBytes).toString('base64url');
  return `${id}.${sign(deps[0] ?? '', `${username}|${epoch}`, id).toString('base64url')}`;
}

/** @returns the device ID if the token was issued to this user with the current password; null otherwise */
export function recognize(
  deps: readonly string[],
  username: string,
  epoch: number,
  value: string | null,
): string | null {
  const [id, signature] = (value ?? '').split('.');
  if (!id || !signature) return null;
  const given = Buffer.from(signature, 'base64url');
  const isGenuine = deps.some((secret) => {
    const expected = sign(secret, `${username}|${epoch}`, id);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isGenuine ? id : null;
}

/**
 * Tokens that identify a browser in which a user has signed in before: `id.signature`, bound to the user and the
 * current password. A token does not authenticate the user. It only prevents failed attempts from other browsers from
 * locking the user out.
 */
export const createKnownDevices = (deps: readonly string[]) => bind(deps, { issue, recognize });

export type KnownDevices = ReturnType<typeof createKnownDevices>;

// Loaded on first use, to keep startup fast.
const require = createRequire(import.meta.url);
const bowser = (): typeof Bowser => require('bowser') as typeof Bowser;

/**
 * Parses a User-Agent, so that users can tell their devices apart.
 * @returns the names of the browser and the operating system; null for those that are not recognized
 */
export function describeDevice(userAgent: string): { browser: string | null; system: string | null } {
  if (userAgent === '') return { browser: null, system: null };
  const { browser, os } = bowser().parse(userAgent);
  return { browser: browser.name ?? null, system: os.name ?? null };
}
