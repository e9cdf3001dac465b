import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { newPage, openBrowser, servePortal, signIn, type ServedPortal } from '../support/browser.ts';
import { aTenant, aUser, type TestTenant } from '../support/builders.ts';
import { chromium, skipWithout } from '../support/services.ts';

describe('the meter of a new password', { skip: skipWithout('chromium', chromium()) }, () => {
  let browser: Browser;
  let portal: ServedPortal;
  let tenant: TestTenant;
  before(async () => {
    browser = await openBrowser();
    portal = await servePortal();
    tenant = await aTenant(portal, { language: 'en' });
  });

  const short = 'Not long enough yet: at least 15 characters are needed';
  const enough = 'Long enough. When you save it, it’s checked for common passwords and patterns.';
  const table: [label: string, typed: string, value: number | null, text: string][] = [
    ['nothing', '', null, ''],
    ['one character', 'a', 1, short],
    ['14 characters', 'warm wet stone', 14, short],
    ['14 emoji of two code units', '🔑'.repeat(14), 14, short],
    ['18 characters of two kinds', 'ababababababababab', 18, 'Long enough, but with too few different characters'],
    ['a sentence', 'seven quiet otters nap', 22, enough],
  ];

  it('shows the length while the user types, and sends nothing', async () => {
    const user = await aUser(portal, tenant, { password: 'temporary' });
    const page = await signIn(await newPage(browser, portal, { language: 'en' }), user);
    const requests: string[] = [];
    // Chromium may request the icon only after the page has loaded.
    page.on('request', (request) => {
      if (!request.url().includes('/assets/favicon.')) requests.push(request.url());
    });
    const [meter, state] = [page.locator('meter'), page.locator('#newPassword-meter')];
    for (const [label, typed, value, text] of table) {
      await page.getByRole('textbox', { name: 'New password', exact: true }).fill(typed);
      assert.equal(await meter.isVisible(), value !== null, label);
      if (value !== null) assert.equal(Number(await meter.getAttribute('value')), value, label);
      assert.equal(await state.textContent(), text, label);
    }
    assert.deepEqual(requests, []);
    await page.context().close();
  });

  it('is not shown without scripts', async () => {
    const user = await aUser(portal, tenant, { password: 'temporary' });
    const page = await signIn(await newPage(browser, portal, { javaScript: false, language: 'en' }), user);
    assert.equal(await page.locator('meter').count(), 0);
    await page.getByText('At least 15 characters.').waitFor();
    await page.context().close();
  });
});
