import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { load } from 'cheerio';
import type { Served } from './command.ts';

/** @returns the path of the set-up link that a server printed */
export const setUpLinkOf = ({ output }: Served): string | undefined =>
  /http:\/\/localhost:\d+(\/set-up\/[\w-]{43})/.exec(output())?.[1];

/** Waits until a server has printed its set-up link, which follows its address. */
export async function untilSetUpLink(served: Served): Promise<Served> {
  while (setUpLinkOf(served) === undefined) await wait(10);
  return served;
}

/** @returns the lines of a log, parsed. @throws if one is not a JSON object */
export const logLines = (log: string): Record<string, unknown>[] =>
  log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

export async function get(origin: string, address: string): Promise<{ status: number; body: string }> {
  const response = await fetch(origin + address, { redirect: 'manual' });
  return { status: response.status, body: await response.text() };
}

/** Waits until a stopping server reports that it is not ready. It still responds for a short time. */
export async function waitUntilStopping(origin: string): Promise<void> {
  while ((await get(origin, '/readyz')).status !== 503) await wait(10);
}

/** Starts sending a form but withholds the last byte, so that the request stays pending. */
export async function startIncompleteForm(
  port: number,
): Promise<{ socket: Socket; finish(): void; answer: Promise<string> }> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let received = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
  socket.on('error', () => undefined);
  const head =
    'POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\n';
  socket.write(`${head}username=`);
  await wait(300);
  return { socket, finish: () => socket.write('a'), answer: once(socket, 'close').then(() => received) };
}

/** @returns a browser without a session: `step` opens a page, submits its form and returns the redirect target */
export function visit(origin: string) {
  const cookies = new Map<string, string>();
  const header = () => ({ Cookie: [...cookies.values()].join('; ') });
  const take = ({ headers }: Response): void => {
    for (const cookie of headers.getSetCookie()) cookies.set(cookie.split('=', 1)[0] ?? '', cookie.split(';')[0] ?? '');
  };
  const step = async (address: string, fields: Record<string, string>): Promise<string | null> => {
    const page = await fetch(origin + address, { headers: header() });
    take(page);
    const _csrf = load(await page.text())('input[name=_csrf]').attr('value') ?? '';
    const body = new URLSearchParams({ _csrf, ...fields });
    const answer = await fetch(origin + address, { method: 'POST', body, headers: header(), redirect: 'manual' });
    take(answer);
    return answer.headers.get('location');
  };
  return { header, step };
}
