import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { chromium as driver, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { openPortal, type Portal, type PortalOptions } from './portal.ts';
import { aPerson } from './person.ts';
import { chromium, headlessShell } from './services.ts';

export interface ServedPortal extends Portal {
  readonly origin: string;
}

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

const quietFlags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// By default, Playwright disables the back/forward cache and the warning about submitting a form again. These options
// restore the default behavior of Chromium. Chrome is gradually extending the cache to no-store pages; here this is
// enabled.
const backForwardCacheOptions = {
  ignoreDefaultArgs: ['--disable-back-forward-cache'],
  args: [
    '--enable-features=BackForwardCache,CacheControlNoStoreEnterBackForwardCache:level/restore-unless-http-only-cookie-change',
  ],
};

const browsers = new Map<string, Promise<Browser>>();

/**
 * Opens the installed Chromium, which the test files of a process share and which is closed at their end. Call this only
 * in tests that have `skipWithout('chromium', chromium())`.
 * @param options.backForwardCache whether the back/forward cache is enabled, which the headless shell does not have
 */
export function openBrowser({ backForwardCache = false } = {}): Promise<Browser> {
  const kind = backForwardCache ? 'with the back/forward cache' : 'without it';
  const browser = browsers.get(kind) ?? launch(backForwardCache);
  browsers.set(kind, browser);
  return browser;
}

async function launch(backForwardCache: boolean): Promise<Browser> {
  const executablePath = backForwardCache ? chromium() : headlessShell();
  if (executablePath === null) throw new Error('There is no Chromium on this machine');
  const { args, ignoreDefaultArgs } = backForwardCache ? backForwardCacheOptions : { args: [], ignoreDefaultArgs: [] };
  // Chromium cannot sandbox itself as root, and tests in containers run as root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await driver.launch({ executablePath, args: [...quietFlags, ...asRoot, ...args], ignoreDefaultArgs });
  closers.push(() => browser.close());
  return browser;
}

/** Reserves a port, so that two portals can be configured with each other's URL before either of them listens. */
export async function reserveOrigin(): Promise<{ origin: string; serve: (portal: Portal) => ServedPortal }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    serve: (portal) => {
      server.on('request', portal.app);
      return { ...portal, origin };
    },
  };
}

/** Opens a portal that is configured with the URL at which browsers reach it. */
export async function servePortal({ environment, ...options }: PortalOptions = {}): Promise<ServedPortal> {
  const { origin, serve } = await reserveOrigin();
  return serve(await openPortal({ ...options, environment: { BASE_URL: origin, REGION_URLS: '', ...environment } }));
}

export interface PageOptions {
  readonly language?: string;
  readonly javaScript?: boolean;
  /** The color scheme of the device, which applies until a theme is chosen in the portal. */
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly context?: BrowserContextOptions;
}

const height = 900;
const defaultTimeoutMs = 15_000;

/** Opens a page in a new browser context, which has no cookies yet. */
export async function newPage(browser: Browser, portal: ServedPortal, options: PageOptions = {}): Promise<Page> {
  const { language = 'fr', javaScript = true, theme = 'light', width = 1280 } = options;
  const context = await browser.newContext({
    baseURL: portal.origin,
    locale: language,
    javaScriptEnabled: javaScript,
    colorScheme: theme,
    viewport: { width, height },
    ...options.context,
  });
  context.setDefaultTimeout(defaultTimeoutMs);
  return context.newPage();
}

/**
 * Signs in by HTTP requests and gives the session to the page, which stays empty. Use it where signing in is not
 * tested.
 */
export async function signInByRequest(
  page: Page,
  portal: ServedPortal,
  user: { username: string; clearPassword: string },
): Promise<Page> {
  const { cookies } = await aPerson(portal).signIn(user);
  const pairs = cookies().matchAll(/([^=;\s]+)=([^;]*)/g);
  await page.context().addCookies([...pairs].map(([, name = '', value = '']) => ({ name, value, url: portal.origin })));
  return page;
}

/** Signs in through the pages in any language. */
export async function signIn(
  page: Page,
  user: { username: string; clearPassword: string },
  until?: 'code',
): Promise<Page> {
  await page.goto('/sign-in');
  await page.fill('[name=username]', user.username);
  await page.press('[name=username]', 'Enter');
  await page.waitForURL('**/sign-in/password');
  await page.fill('[name=password]', user.clearPassword);
  await page.press('[name=password]', 'Enter');
  await page.waitForURL((url) =>
    until === 'code' ? url.pathname === '/sign-in/code' : !url.pathname.startsWith('/sign-in'),
  );
  return page;
}
