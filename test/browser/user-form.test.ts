import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { newPage, openBrowser, servePortal, signInByRequest } from '../support/browser.ts';
import { chromium, skipWithout } from '../support/services.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

describe('the user form in a browser', { skip: skipWithout('chromium', chromium()) }, async () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  const portal = await servePortal();
  const tenant = await aTenant(portal, { language: 'en' });
  const bea = await aUser(portal, tenant, { displayName: 'Bea First', administratorLevel: 'global' });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Second', administratorLevel: 'global' });
  const save = (page: Page): Promise<void> => page.getByRole('button', { name: 'Save', exact: true }).click();

  for (const javaScript of [true, false]) {
    const how = javaScript ? 'with scripts' : 'without scripts';

    it(`does not restore a level that has been removed in the meantime, ${how}`, async () => {
      const user = await aUser(portal, tenant, { displayName: 'Anne Martin', administratorLevel: 'global' });
      const stale = await signInByRequest(
        await newPage(browser, portal, { language: 'en', javaScript }),
        portal,
        camille,
      );
      const newer = await signInByRequest(await newPage(browser, portal, { language: 'en', javaScript }), portal, bea);
      await stale.goto(userPath(user.id));
      await newer.goto(userPath(user.id));
      await newer.selectOption('#administratorLevel', 'none');
      await save(newer);
      await newer.getByText('were saved.').waitFor();
      await stale.fill('#firstName', 'Anna');
      await save(stale);
      await stale.getByText('Other changes made in the meantime were kept').waitFor();
      assert.equal(await stale.inputValue('#administratorLevel'), 'none');
      const now = await usersStore.find(portal.database, tenant.scope, user.id);
      assert.deepEqual([now?.firstName, now?.administratorLevel], ['Anna', 'none']);
      await Promise.all([stale.context().close(), newer.context().close()]);
    });

    it(`shows a conflict at the top of the page and keeps the input, ${how}`, async () => {
      const user = await aUser(portal, tenant, { displayName: 'Anne Martin' });
      const page = await signInByRequest(
        await newPage(browser, portal, { language: 'en', javaScript }),
        portal,
        camille,
      );
      await page.goto(userPath(user.id));
      await usersStore.update(portal.database, tenant.scope, user.id, { agentLevel: 'sales' });
      await page.fill('#lastName', 'Roy');
      await page.selectOption('#agentLevel', 'helpdesk');
      await page.selectOption('#language', 'de');
      await save(page);
      const alert = page.getByRole('alert');
      assert.match((await alert.textContent()) ?? '', /Agent level: now “Sales agent”/);
      assert.ok((await alert.boundingBox())!.y < 300, 'the alert is visible without scrolling');
      if (javaScript) assert.equal(await page.evaluate('document.activeElement.getAttribute("role")'), 'alert');
      const values = ['#lastName', '#agentLevel', '#language'].map((field) => page.inputValue(field));
      assert.deepEqual(await Promise.all(values), ['Roy', 'helpdesk', 'de']);
      await alert.getByRole('link').click();
      assert.equal(new URL(page.url()).hash, '#agentLevel');
      await save(page);
      await page.getByText('were saved.').waitFor();
      const now = await usersStore.find(portal.database, tenant.scope, user.id);
      assert.deepEqual([now?.lastName, now?.agentLevel, now?.language], ['Roy', 'helpdesk', 'de']);
      await page.context().close();
    });

    it(`keeps the input after a validation error, ${how}`, async () => {
      const user = await aUser(portal, tenant, { displayName: 'Anne Martin' });
      const page = await signInByRequest(
        await newPage(browser, portal, { language: 'en', javaScript }),
        portal,
        camille,
      );
      await page.goto(userPath(user.id));
      for (const field of ['#firstName', '#lastName', '#displayName']) await page.fill(field, '');
      await page.selectOption('#administratorLevel', 'billing');
      await page.selectOption('#language', 'fr');
      await save(page);
      await page.getByRole('alert').waitFor();
      const fields = ['#firstName', '#displayName', '#administratorLevel', '#language'];
      const values = await Promise.all(fields.map((field) => page.inputValue(field)));
      assert.deepEqual(values, ['', '', 'billing', 'fr']);
      await page.context().close();
    });
  }
});
