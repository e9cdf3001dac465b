import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { newPage, openBrowser, servePortal, type ServedPortal, signInByRequest } from '../support/browser.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { openTab, type Tab } from './history.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

describe('a one-time link on the reset page', { skip: skipWithout('chromium', chromium()) }, () => {
  let browser: Browser;
  let portal: ServedPortal;
  let tenant: TestTenant;
  let admin: TestUser;
  before(async () => {
    browser = await openBrowser({ backForwardCache: true });
    portal = await servePortal();
    tenant = await aTenant(portal);
    await tenantsStore.setOwnRules(portal.database, tenant.scope, { handOver: 'link' });
    admin = await aUser(portal, tenant, { administratorLevel: 'global' });
  });

  async function reveal(javaScript = true): Promise<{ page: Page; user: TestUser; token: string }> {
    const user = await aUser(portal, tenant);
    const page = await signInByRequest(await newPage(browser, portal, { javaScript }), portal, admin);
    await page.goto(resetPasswordPath(user.id));
    await page.click('main form button');
    // The link is in the HTML from the start, but the scripts that remove it may not have run yet.
    await page.waitForLoadState();
    const link = await page.locator('#hand-over-link').innerText();
    assert.match(link, /\/link\/\w{4}(-\w{4}){6}$/);
    return { page, user, token: link.slice(-34) };
  }

  async function assertGone(tab: Tab, token: string): Promise<void> {
    const everything = await tab.everything();
    assert.ok(everything.length > 100, 'there is no page to search');
    assert.ok(!everything.includes(token) && !everything.includes(token.slice(0, 14)), everything);
  }

  for (const javaScript of [true, false]) {
    it(`is gone after Back, Forward and reload, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const { page, user, token } = await reveal(javaScript);
      const tab = await openTab(page);
      await page.click('[data-leave]');
      await page.waitForURL(`**${userPath(user.id)}`);
      for (const steps of [-1, 1, -1]) {
        await tab.go(steps);
        await assertGone(tab, token);
      }
      await tab.reload();
      await assertGone(tab, token);
      await page.context().close();
    });
  }

  it('is removed when its page enters the back/forward cache', async () => {
    const { page, token } = await reveal();
    await page.evaluate('dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))');
    await assertGone(await openTab(page), token);
    await page.context().close();
  });

  it('is copied to the clipboard unchanged', async () => {
    const { page, token } = await reveal();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: portal.origin });
    await page.click('[data-copy]');
    await page.getByText('Copié').waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), `${portal.origin}/link/${token}`);
    await page.context().close();
  });
});
