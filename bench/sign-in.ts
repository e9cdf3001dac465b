import type { Measured } from './cpu.ts';

/** Signs in as a browser would. @returns the Cookie header of the session */
export async function signIn(portal: Measured, username: string, password: string): Promise<string> {
  const jar = new Map<string, string>();
  const step = async (address: string, form?: Record<string, string>): Promise<string> => {
    const response = await fetch(portal.origin + address, {
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      headers: { Cookie: [...jar].map((pair) => pair.join('=')).join('; '), 'Accept-Language': 'fr' },
      redirect: 'manual',
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return /name="_csrf" value="([^"]+)"/.exec(await response.text())?.[1] ?? '';
  };
  const csrf = await step('/sign-in');
  await step('/sign-in', { _csrf: csrf, username });
  await step('/sign-in/password', { _csrf: csrf, password });
  return [...jar].map((pair) => pair.join('=')).join('; ');
}
