import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { newPage, openBrowser, servePortal, type ServedPortal, signInByRequest } from '../support/browser.ts';
import { assertNone } from '../support/assert-none.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { watch } from './watch.ts';

describe('the content security policy in a browser', { skip: skipWithout('chromium', chromium()) }, () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });

  it('the test detects a forbidden script, style, host or dialog', async () => {
    const portal = await servePortal();
    const page = await newPage(browser, portal);
    const noted = await watch(page);
    await page.goto('/sign-in');
    await page.evaluate(`{
      document.body.insertAdjacentHTML('beforeend', '<p style="color: red" onclick="alert()">x</p><img src="http://127.0.0.1:9/">');
      const script = document.createElement('script');
      script.textContent = 'alert()';
      document.body.append(script);
      setTimeout(() => alert('a dialog'));
    }`);
    for (const sign of [/style-src-attr/, /script-src-elem/, /img-src/, /dialog: a dialog/]) {
      for (let waits = 0; !noted.some((each) => sign.test(each)) && waits < 50; waits++) await page.waitForTimeout(50);
      assert.ok(
        noted.some((each) => sign.test(each)),
        `${String(sign)} is not among ${noted.join('\n')}`,
      );
    }
    await page.context().close();
  });

  it('lets pages show hostile names as plain text', async () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '"><svg onload=alert(1)>',
      '</title><script>alert(1)</script>',
      '{{7*7}} $t(common:product) %s <%= 7*7 %>',
      "${alert(1)}';alert(1)//",
      'javascript:alert(1)',
      '\u202Egnp.exe\u2066 \u200B𝒵𝒶𝓁𝑔𝑜',
    ];
    const portal = await servePortal();
    const tenant = await aTenant(portal, { name: names[0]! });
    const admin = await aUser(portal, tenant, { displayName: names[1]!, administratorLevel: 'global' });
    const users = [];
    for (const displayName of names)
      users.push(await aUser(portal, tenant, { displayName, firstName: displayName, lastName: displayName }));
    const page = await signInByRequest(await newPage(browser, portal), portal, admin);
    const noted = await watch(page);
    await page.goto(`/account-settings/user-management?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
    await page.goto('/account-settings/user-management');
    for (const { displayName } of users)
      assert.ok((await page.locator('tbody').innerText()).includes(displayName), displayName);
    for (const { id, displayName } of users) {
      await page.goto(userPath(id));
      assert.equal(await page.locator('h1').innerText(), displayName);
      await page.goto(resetPasswordPath(id));
      await page.click('main form button');
      await page.locator('#temporary-password').waitFor();
      assert.ok((await page.locator('h2').innerText()).includes(displayName));
    }
    await page.goto('/account-settings');
    assert.ok((await page.locator('main').innerText()).includes(tenant.name));
    for (const address of ['/dashboard', '/my-profile']) await page.goto(address);
    assertNone(noted);
    await page.context().close();
  });
});

describe('a page embedded or opened by another site', { skip: skipWithout('chromium', chromium()) }, () => {
  let browser: Browser;
  let portal: ServedPortal;
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<title>Other origin</title>');
  });
  before(async () => {
    browser = await openBrowser();
    portal = await servePortal();
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  after(() => server.close());
  const otherOrigin = (): string => `http://localhost:${(server.address() as AddressInfo).port}/`;

  async function framed(page: Page, element: string, address: string): Promise<string> {
    const attribute = element === 'object' ? 'data' : 'src';
    await page.evaluate(`document.documentElement.innerHTML = '<${element} ${attribute}="${address}"></${element}>'`);
    await page.waitForLoadState('networkidle');
    return (
      await Promise.all(
        page
          .frames()
          .slice(1)
          .map((frame) => frame.content()),
      )
    ).join();
  }

  for (const element of ['iframe', 'object', 'embed']) {
    it(`is not displayed in an ${element}`, async () => {
      const page = await newPage(browser, portal);
      await page.goto(otherOrigin());
      assert.match(await framed(page, element, otherOrigin()), /<title>Other origin/);
      assert.doesNotMatch(await framed(page, element, `${portal.origin}/sign-in`), /username|Espace partenaires/);
      await page.goto('/healthz');
      assert.doesNotMatch(await framed(page, element, `${portal.origin}/sign-in`), /username|Espace partenaires/);
      await page.context().close();
    });
  }

  it('cannot be accessed by the page that opened it', async () => {
    const page = await newPage(browser, portal);
    await page.goto(otherOrigin());
    const popup = page.waitForEvent('popup');
    await page.evaluate(`globalThis.opened = open('${portal.origin}/sign-in')`);
    await (await popup).waitForLoadState();
    assert.equal(await (await popup).evaluate('opener'), null);
    assert.equal(await page.evaluate('opened.closed'), true);
    await page.context().close();
  });
});
