import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { bind } from '../../../platform/bind.ts';
import { createRequire } from 'node:module';
import type * as Bowser from 'bowser';

const deviceIdBytes = 16;

/** The owner of a token, with the credentials to which the token is bound. */
export interface DeviceOwner {
  readonly username: string;
  readonly epoch: number;
  /** When the second factor was set up, epoch ms; null if there is none. */
  readonly secondFactorAt: number | null;
}

function sign(secret: string, { username, epoch, secondFactorAt }: DeviceOwner, id: string): Buffer {
  const owner = secondFactorAt === null ? `${username}|${epoch}` : `${username}|${epoch}|${secondFactorAt}`;
  return createHmac('sha256', secret).update(`device|${owner}|${id}`).digest();
}

export function issue(deps: readonly string[], owner: DeviceOwner): string {
  const id = randomBytes(deviceIdBytes).toString('base64url');
  return `${id}.${sign(deps[0] ?? '', owner, id).toString('base64url')}`;
}

/**
 * @returns the device ID if the token was issued to this user with the current password and second factor; null
 * otherwise
 */
export function recognize(deps: readonly string[], owner: DeviceOwner, value: string | null): string | null {
  const [id, signature] = (value ?? '').split('.');
  if (!id || !signature) return null;
  const given = Buffer.from(signature, 'base64url');
  const isGenuine = deps.some((secret) => {
    const expected = sign(secret, owner, id);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isGenuine ? id : null;
}

/**
 * Tokens that identify a browser in which a user has signed in before: `id.signature`, bound to the user, the current
 * password and the current second factor. A token does not authenticate the user. It only prevents failed attempts from
 * other browsers from locking the user out.
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
