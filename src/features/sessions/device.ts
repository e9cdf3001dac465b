import Bowser from 'bowser';

/** Browsers call themselves by long and misleading names; a reader wants to know which of their devices it is. */
export function describeDevice(userAgent: string): { browser: string | null; system: string | null } {
  if (userAgent === '') return { browser: null, system: null };
  const { browser, os } = Bowser.parse(userAgent);
  return { browser: browser.name ?? null, system: os.name ?? null };
}
