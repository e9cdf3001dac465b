import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { newPage, openBrowser, servePortal, type ServedPortal, signInByRequest } from '../support/browser.ts';
import { chromium, skipWithout } from '../support/services.ts';

describe('bulk actions in the user list', { skip: skipWithout('chromium', chromium()) }, () => {
  let browser: Browser;
  let portal: ServedPortal;
  let tenant: TestTenant;
  let admin: TestUser;
  let users: TestUser[];
  before(async () => {
    browser = await openBrowser();
    portal = await servePortal();
    tenant = await aTenant(portal);
    admin = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
    users = [await aUser(portal, tenant), await aUser(portal, tenant), await aUser(portal, tenant)];
  });

  async function inList(javaScript: boolean): Promise<Page> {
    const page = await signInByRequest(await newPage(browser, portal, { javaScript }), portal, admin);
    await page.goto(paths.users);
    return page;
  }

  async function reset(page: Page): Promise<string[]> {
    for (const { id } of users) await page.check(`input[name=user][value="${id}"]`);
    await page.click('.bulk button[value=reset]');
    await page.click('main form button[type=submit]');
    return page.locator('.temporary-password').allInnerTexts();
  }

  for (const javaScript of [true, false]) {
    it(`appear when the first user is selected, and one link selects all users, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const page = await inList(javaScript);
      const bar = page.locator('.bulk');
      assert.equal(await bar.isVisible(), false);
      await page.check(`input[name=user] >> nth=0`);
      assert.equal(await bar.isVisible(), true);
      await page.uncheck(`input[name=user] >> nth=0`);
      await page.click('a[data-select-all]');
      assert.equal(await page.locator('input[name=user]:checked').count(), 4);
      assert.equal(page.url().includes('choose'), !javaScript, 'without a script, the link loads a page');
      await page.click('a[data-select-all]');
      assert.equal(await page.locator('input[name=user]:checked').count(), 0);
      await page.context().close();
    });

    it(`reset the passwords of the selected users, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const page = await inList(javaScript);
      const secrets = await reset(page);
      assert.equal(new Set(secrets).size, 3);
      for (const secret of secrets) assert.match(secret, /^\w{4}(-\w{4}){4}$/);
      await page.context().close();
    });
  }

  it('print each sheet on its own page', async () => {
    const page = await inList(true);
    await reset(page);
    const sheets = (await page.pdf()).toString('latin1').match(/\/Type \/Page\b/g);
    assert.equal(sheets?.length, 3);
    await page.context().close();
  });

  it('remove the passwords from the page when it is hidden', async () => {
    const page = await inList(true);
    const secrets = await reset(page);
    // The pagehide listener is added after parsing, and the passwords are visible before that.
    await page.waitForLoadState();
    await page.evaluate('dispatchEvent(new PageTransitionEvent("pagehide"))');
    const html = await page.content();
    for (const secret of secrets) assert.ok(!html.includes(secret.slice(0, 9)));
    await page.context().close();
  });
});
