import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { bind } from '../../../platform/bind.ts';
import { createRequire } from 'node:module';
import type * as Bowser from 'bowser';

const deviceIdBytes = 16;

function sign(secret: string, owner: string, mark: string): Buffer {
  return createHmac('sha256', secret).update(`device|${owner}|${mark}`).digest();
}

export function issue(deps: readonly string[], username: string, epoch: number): string {
  const mark = randomBytes(deviceIdBytes).toString('base64url');
  return `${mark}.${sign(deps[0] ?? '', `${username}|${epoch}`, mark).toString('base64url')}`;
}

/** @returns the mark if this very user once got it, else null */
export function recognize(
  deps: readonly string[],
  username: string,
  epoch: number,
  value: string | null,
): string | null {
  const [mark, signature] = (value ?? '').split('.');
  if (!mark || !signature) return null;
  const given = Buffer.from(signature, 'base64url');
  const genuine = deps.some((secret) => {
    const expected = sign(secret, `${username}|${epoch}`, mark);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return genuine ? mark : null;
}

/**
 * The mark of a browser in which a user has signed in before: `mark.signature`, bound to the user and to their present password.
 * It opens nothing; it only keeps strangers' wrong tries from locking its user out.
 */
export const createKnownDevices = (deps: readonly string[]) => bind(deps, { issue, recognize });

export type KnownDevices = ReturnType<typeof createKnownDevices>;

// Loaded at the first call: starting the portal does not need it.
const require = createRequire(import.meta.url);
const bowser = (): typeof Bowser => require('bowser') as typeof Bowser;

/** Browsers call themselves by long and misleading names; a reader wants to know which of their devices it is. */
export function describeDevice(userAgent: string): { browser: string | null; system: string | null } {
  if (userAgent === '') return { browser: null, system: null };
  const { browser, os } = bowser().parse(userAgent);
  return { browser: browser.name ?? null, system: os.name ?? null };
}
