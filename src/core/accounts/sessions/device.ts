import { createRequire } from 'node:module';
import type * as Bowser from 'bowser';

// Loaded at the first call: starting the portal does not need it.
const require = createRequire(import.meta.url);
const bowser = (): typeof Bowser => require('bowser') as typeof Bowser;

/** Browsers call themselves by long and misleading names; a reader wants to know which of their devices it is. */
export function describeDevice(userAgent: string): { browser: string | null; system: string | null } {
  if (userAgent === '') return { browser: null, system: null };
  const { browser, os } = bowser().parse(userAgent);
  return { browser: browser.name ?? null, system: os.name ?? null };
}
