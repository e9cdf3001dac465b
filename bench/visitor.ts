import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { load, type Measured } from './measured-process.ts';

/** The password of every generated user. */
export const password = 'bench: an unguessable sentence';

/** The interval at which the reader opens the user list, in milliseconds. */
const listEveryMs = 25;
const quietSeconds = 10;

/** An HTTP client without scripts that keeps its cookies and the token of the last form. */
export function createVisitor(origin: string) {
  const jar = new Map<string, string>();
  let csrf = '';
  const cookies = (): string => [...jar].map((pair) => pair.join('=')).join('; ');

  async function step(
    address: string,
    body?: URLSearchParams | FormData,
  ): Promise<{ response: Response; text: string }> {
    const response = await fetch(origin + address, {
      ...(body ? { method: 'POST', body } : {}),
      headers: { Cookie: cookies(), 'Accept-Language': 'fr' },
      redirect: 'manual',
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const text = await response.text();
    csrf = /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? csrf;
    return { response, text };
  }

  const visitor = {
    cookies,
    visit: (address: string) => step(address),
    submit: (address: string, fields: Record<string, string>) =>
      step(address, new URLSearchParams({ _csrf: csrf, ...fields })),
    upload: (address: string, name: string, content: string) => {
      const form = new FormData();
      form.set('_csrf', csrf);
      form.set('file', new Blob([content]), name);
      return step(address, form);
    },
    signIn: async (username: string, ownPassword = password) => {
      await visitor.visit('/sign-in');
      await visitor.submit('/sign-in', { username });
      await visitor.submit('/sign-in/password', { password: ownPassword });
      return visitor;
    },
  };
  return visitor;
}

export type Visitor = ReturnType<typeof createVisitor>;

/**
 * Opens a page at regular intervals.
 * @returns a function that stops the visits and returns their response times in milliseconds, sorted
 */
function keepVisiting(visitor: Visitor, address: string, everyMs: number): () => Promise<number[]> {
  const times: number[] = [];
  const faults: unknown[] = [];
  const visit = async (): Promise<void> => {
    const start = performance.now();
    const { response } = await visitor.visit(address);
    if (response.status !== 200) throw new Error(`${address}: ${response.status}`);
    times.push(performance.now() - start);
  };
  const open: Promise<void>[] = [];
  const timer = setInterval(() => open.push(visit().catch((error: unknown) => void faults.push(error))), everyMs);
  return async () => {
    clearInterval(timer);
    await Promise.all(open);
    if (faults.length > 0) throw faults[0];
    return times.sort((one, other) => one - other);
  };
}

/** @param share the position of the quantile, such as 0.5 for the median @returns the quantile of the sorted times */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** Formats a summary of response times as one line of text. */
const describeWaits = (times: readonly number[]): string =>
  `p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms, longest ${quantile(times, 1).toFixed(0)} ms, ${times.length} visits`;

/** Describes the machine, the Node version and the date. */
export const describeMachine = (): string =>
  `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}`;

const warmUpSeconds = 15;
const restMs = 1_000;

/** Warms up the server and then resets its peak memory use, because a new process allocates memory under any load. */
async function warmUp(portal: Measured, reader: Visitor, address: string): Promise<void> {
  await load(portal, address, { Cookie: reader.cookies(), 'Accept-Language': 'fr' }, warmUpSeconds);
  await delay(restMs);
  await portal.peakMegabytes();
}

/**
 * Measures the response times of a reader and the memory of the server, first without other load and then while `work`
 * runs.
 */
export async function measureWithReader<T>(portal: Measured, reader: Visitor, address: string, work: () => Promise<T>) {
  await warmUp(portal, reader, address);
  const endQuiet = keepVisiting(reader, address, listEveryMs);
  await delay(quietSeconds * 1_000);
  const quiet = await endQuiet();
  const memoryBefore = await portal.peakMegabytes();
  const endBusy = keepVisiting(reader, address, listEveryMs);
  const result = await work();
  const busy = await endBusy();
  const memory = await portal.peakMegabytes();
  const lines = [
    `list, idle  ${describeWaits(quiet)}`,
    `list, busy  ${describeWaits(busy)}`,
    `memory      ${memoryBefore.toFixed(0)} MB before, ${memory.toFixed(0)} MB peak`,
  ];
  return { result, lines };
}
