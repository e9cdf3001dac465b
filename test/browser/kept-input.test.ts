import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { newPage, openBrowser, servePortal, signIn, signInByRequest } from '../support/browser.ts';
import { chromium, skipWithout } from '../support/services.ts';

const typed = { firstName: 'Zoé', lastName: 'O’Brien', language: 'de', administratorLevel: 'userManagement' };

async function fillIn(page: Page, username: string): Promise<void> {
  await page.fill('#firstName', typed.firstName);
  await page.fill('#lastName', typed.lastName);
  await page.fill('#username', username);
  await page.selectOption('#language', typed.language);
  await page.selectOption('#administratorLevel', typed.administratorLevel);
}

async function assertFilledIn(page: Page, username: string): Promise<void> {
  const values = ['firstName', 'lastName', 'language', 'administratorLevel', 'username'].map((id) =>
    page.inputValue(`#${id}`),
  );
  assert.deepEqual(await Promise.all(values), [...Object.values(typed), username]);
}

async function enterPassword(page: Page, user: TestUser): Promise<void> {
  await page.fill('[name=username]', user.username);
  await page.press('[name=username]', 'Enter');
  await page.fill('[name=password]', user.clearPassword);
  await page.press('[name=password]', 'Enter');
}

describe('kept input in a browser', { skip: skipWithout('chromium', chromium()) }, async () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  const portal = await servePortal();
  const tenant = await aTenant(portal, { language: 'en' });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  const submit = (page: Page): Promise<void> => page.getByRole('button', { name: 'Add user', exact: true }).click();

  for (const javaScript of [true, false]) {
    const how = javaScript ? 'with scripts' : 'without scripts';
    const openForm = async (): Promise<Page> => {
      const page = await newPage(browser, portal, { language: 'en', javaScript });
      await signInByRequest(page, portal, camille);
      await page.goto(paths.newUser);
      return page;
    };

    it(`is shown again after the session has ended and can be submitted, ${how}`, async () => {
      const username = `zoe.${javaScript}@${tenant.domain}`;
      const page = await openForm();
      await fillIn(page, username);
      await portal.database.knex('user_sessions').delete();
      await submit(page);
      await page.getByText('Sign in again to return to your entries.').waitFor();
      await enterPassword(page, camille);
      await page.getByRole('button', { name: 'Return to your form' }).click();
      await page.getByText('Your entries are back in the form.').waitFor();
      await assertFilledIn(page, username);
      await submit(page);
      await page.locator('#temporary-password').waitFor();
      await page.context().close();
    });

    it(`stays in the form if the CSRF token of the form is no longer valid, ${how}`, async () => {
      const username = `ines.${javaScript}@${tenant.domain}`;
      const page = await openForm();
      await fillIn(page, username);
      const otherTab = await page.context().newPage();
      await otherTab.goto('/dashboard');
      await otherTab.getByRole('button', { name: 'Sign out' }).click();
      await signIn(otherTab, camille);
      await submit(page);
      await page.getByText('your entries are still here').waitFor();
      await assertFilledIn(page, username);
      await submit(page);
      await page.locator('#temporary-password').waitFor();
      await page.context().close();
    });

    it(`is not shown to another user who signs in, ${how}`, async () => {
      const other = await aUser(portal, tenant, { administratorLevel: 'global' });
      const page = await openForm();
      await fillIn(page, `lea.${javaScript}@${tenant.domain}`);
      await portal.database.knex('user_sessions').delete();
      await submit(page);
      await enterPassword(page, other);
      await page.getByRole('heading', { name: 'Add user' }).waitFor();
      assert.deepEqual([await page.inputValue('#lastName'), await page.inputValue('#username')], ['', '']);
      await page.context().close();
    });
  }
});
