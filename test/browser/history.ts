import { setTimeout as wait } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';

/** How a page came to be: opened anew, or woken as it was. */
type Arrival = 'Navigation' | 'BackForwardCacheRestore';

export interface Tab {
  /** Goes back (-1) or forward (1) as the browser's own button does, whether or not scripts run. */
  readonly go: (steps: number) => Promise<Arrival>;
  readonly reload: () => Promise<unknown>;
  readonly close: () => Promise<void>;
  /** Everything of the page in which a text could be found, as one text. */
  readonly everything: () => Promise<string>;
  readonly url: () => Promise<string>;
  /** Why the browser would not wake a page, by the names that it gives its reasons. */
  readonly reasons: readonly string[];
}

const inPage = `JSON.stringify([
  document.documentElement.outerHTML, document.body?.innerText, getSelection().toString(), document.title, location.href,
  history.state, document.cookie, sessionStorage ? { ...sessionStorage } : '', { ...localStorage },
  [...document.querySelectorAll('input, select, output')].map(({ value }) => value),
])`;
// A page of the browser's own, as it stands where an address cannot be shown, has no storage.
const inErrorPage = `JSON.stringify([document.documentElement.outerHTML, document.title, location.href])`;

/**
 * Drives a tab past Playwright, which waits for ever for a page that wakes to load.
 * @param page a page of a browser that was opened with its back/forward cache on
 */
export async function openTab(page: Page): Promise<Tab> {
  const debug = await page.context().newCDPSession(page);
  const reasons: string[] = [];
  await debug.send('Page.enable');
  debug.on('Page.backForwardCacheNotUsed', ({ notRestoredExplanations }) => {
    reasons.push(...notRestoredExplanations.map(({ reason }) => reason));
  });
  return {
    reasons,
    go: (steps) => go(debug, steps),
    reload: () => arrival(debug, () => debug.send('Page.reload')),
    close: () => page.close(),
    everything: async () =>
      (await text(debug)) + (await spoken(debug)) + JSON.stringify(await page.context().cookies()),
    url: () => evaluate(debug, 'location.href'),
  };
}

async function go(debug: CDPSession, steps: number): Promise<Arrival> {
  const { currentIndex, entries } = await debug.send('Page.getNavigationHistory');
  const entry = entries[currentIndex + steps];
  if (entry === undefined) throw new Error(`There are no ${steps} steps to go`);
  return arrival(debug, () => debug.send('Page.navigateToHistoryEntry', { entryId: entry.id }));
}

async function arrival(debug: CDPSession, depart: () => Promise<unknown>): Promise<Arrival> {
  const arrived = new Promise<Arrival>((resolve) => {
    debug.once('Page.frameNavigated', ({ type }) => resolve(type));
  });
  await depart();
  const how = await arrived;
  // Without scripts no listener is ever called: only asking again tells when a page is complete.
  while ((await evaluate(debug, 'document.readyState')) !== 'complete') await wait(20);
  return how;
}

async function evaluate(debug: CDPSession, expression: string): Promise<string> {
  const { result, exceptionDetails } = await debug.send('Runtime.evaluate', { expression, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return String(result.value);
}

async function text(debug: CDPSession): Promise<string> {
  const own = (await evaluate(debug, 'location.protocol')).startsWith('http');
  return evaluate(debug, own ? inPage : inErrorPage);
}

async function spoken(debug: CDPSession): Promise<string> {
  const { nodes } = await debug.send('Accessibility.getFullAXTree');
  return JSON.stringify(nodes);
}
