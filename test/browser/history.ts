import { setTimeout as wait } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';

/** Whether a page was loaded or restored from the back/forward cache. */
type NavigationKind = 'Navigation' | 'BackForwardCacheRestore';

export interface Tab {
  /** Goes back (-1) or forward (1) like the browser's buttons, with or without scripts. */
  readonly go: (steps: number) => Promise<NavigationKind>;
  readonly reload: () => Promise<unknown>;
  readonly close: () => Promise<void>;
  /** All text that the page and its storage contain, as one string. */
  readonly everything: () => Promise<string>;
  readonly url: () => Promise<string>;
  /** The browser's names for the reasons why a page was not restored. */
  readonly reasons: readonly string[];
}

const inPage = `JSON.stringify([
  document.documentElement.outerHTML, document.body?.innerText, getSelection().toString(), document.title, location.href,
  history.state, document.cookie, sessionStorage ? { ...sessionStorage } : '', { ...localStorage },
  [...document.querySelectorAll('input, select, output')].map(({ value }) => value),
])`;
// The browser's own error pages have no storage.
const inErrorPage = `JSON.stringify([document.documentElement.outerHTML, document.title, location.href])`;

/**
 * Controls a tab through the DevTools protocol, because Playwright waits forever for a restored page to load.
 * @param page a page of a browser with the back/forward cache enabled
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

async function go(debug: CDPSession, steps: number): Promise<NavigationKind> {
  const { currentIndex, entries } = await debug.send('Page.getNavigationHistory');
  const entry = entries[currentIndex + steps];
  if (entry === undefined) throw new Error(`There are no ${steps} steps to go`);
  return arrival(debug, () => debug.send('Page.navigateToHistoryEntry', { entryId: entry.id }));
}

async function arrival(debug: CDPSession, depart: () => Promise<unknown>): Promise<NavigationKind> {
  const arrived = new Promise<NavigationKind>((resolve) => {
    debug.once('Page.frameNavigated', ({ type }) => resolve(type));
  });
  await depart();
  const how = await arrived;
  // Without scripts, no listener is called, so only polling shows when a page has loaded.
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
