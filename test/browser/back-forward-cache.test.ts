import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { newPage, openBrowser, servePortal, type ServedPortal } from '../support/browser.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { openTab } from './history.ts';

// Tests of secrets that this cache must not restore would prove nothing if it were disabled.
describe('the back/forward cache of this browser', { skip: skipWithout('chromium', chromium()) }, () => {
  let browser: Browser;
  let portal: ServedPortal;
  const server = createServer((request, response) => {
    if (request.url === '/no-store') response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', 'text/html').end(`<title>${String(request.url)}</title><p>awake</p>`);
  });
  before(async () => {
    browser = await openBrowser({ backForwardCache: true });
    portal = await servePortal();
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(() => server.close());

  for (const path of ['/', '/no-store']) {
    for (const javaScript of [true, false]) {
      it(`restores ${path} unchanged, ${javaScript ? 'with' : 'without'} scripts`, async () => {
        const { port } = server.address() as AddressInfo;
        const page = await newPage(browser, portal, { javaScript });
        await page.goto(`http://localhost:${port}${path}`);
        await page.evaluate('document.querySelector("p").textContent = "asleep"');
        await page.goto(`http://localhost:${port}/other`);
        const tab = await openTab(page);
        assert.equal(await tab.go(-1), 'BackForwardCacheRestore');
        assert.match(await tab.everything(), /asleep/);
        await page.context().close();
      });
    }
  }
});
