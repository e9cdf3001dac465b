import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import {
  newPage,
  openBrowser,
  servePortal,
  signIn,
  type PageOptions,
  type ServedPortal,
  signInByRequest,
} from '../support/browser.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { openTab, type Tab } from './history.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

describe('a temporary password on the reset page', { skip: skipWithout('chromium', chromium()) }, () => {
  let browser: Browser;
  let portal: ServedPortal;
  let tenant: TestTenant;
  let admin: TestUser;
  before(async () => {
    browser = await openBrowser({ backForwardCache: true });
    portal = await servePortal();
    tenant = await aTenant(portal);
    admin = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  });

  async function reveal(options: PageOptions = {}) {
    const user = await aUser(portal, tenant, { language: 'de' });
    const page = await signInByRequest(await newPage(browser, portal, options), portal, admin);
    await page.goto(resetPasswordPath(user.id));
    const answer = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.click('main form button');
    const body = await (await answer).text();
    // The text is there before the scripts that remove it have run.
    await page.waitForLoadState();
    const secret = await page.locator('#temporary-password').innerText();
    assert.match(secret, /^\w{4}(-\w{4}){4}$/);
    return { page, user, secret, body };
  }

  const epochOf = async ({ id }: TestUser): Promise<number | undefined> =>
    (await usersStore.find(portal.database, tenant.scope, id))?.epoch;

  async function assertGone(tab: Tab, secret: string): Promise<void> {
    const everything = await tab.everything();
    assert.ok(everything.length > 100, 'there is no page to search');
    for (const part of [secret, secret.slice(0, 9), secret.replaceAll('-', '')])
      assert.ok(!everything.includes(part), everything);
  }

  for (const javaScript of [true, false]) {
    describe(`after leaving or reloading the page, ${javaScript ? 'with' : 'without'} scripts`, () => {
      it('is gone after Back and Forward, and in a second tab', async () => {
        const { page, user, secret } = await reveal({ javaScript });
        const epoch = await epochOf(user);
        await page.click('[data-leave]');
        await page.waitForURL(`**${userPath(user.id)}`);
        const tab = await openTab(page);
        await assertGone(tab, secret);
        for (const steps of [-1, -1, 1, 1, -2, 1]) {
          await tab.go(steps);
          await assertGone(tab, secret);
        }
        assert.ok(
          tab.reasons.includes('HTTPMethodNotGET'),
          `other reasons for not restoring the page: ${tab.reasons.join()}`,
        );
        const second = await page.context().newPage();
        await second.goto(resetPasswordPath(user.id));
        await assertGone(await openTab(second), secret);
        assert.equal(await epochOf(user), epoch);
        await page.context().close();
      });

      it('is gone after a reload, which does not reset the password again', async () => {
        const { page, user, secret } = await reveal({ javaScript });
        const epoch = await epochOf(user);
        const tab = await openTab(page);
        await tab.reload();
        await assertGone(tab, secret);
        assert.match(await tab.everything(), /Aucun mot de passe n’a été réinitialisé/);
        assert.equal(await epochOf(user), epoch);
        const visitor = await signIn(await newPage(browser, portal), { ...user, clearPassword: secret });
        assert.match(visitor.url(), /change-password$/);
        await visitor.context().close();
        await page.context().close();
      });

      it('is gone after signing out and going back', async () => {
        const { page, secret } = await reveal({ javaScript });
        await page.click('form[action="/sign-out"] button');
        await page.waitForURL('**/sign-in');
        const tab = await openTab(page);
        await tab.go(-1);
        await assertGone(tab, secret);
        await tab.reload();
        await assertGone(tab, secret);
        await page.context().close();
      });
    });
  }

  it('is removed when its page enters the back/forward cache, and a restored page redirects', async () => {
    const { page, user, secret } = await reveal();
    await page.evaluate('getSelection().selectAllChildren(document.getElementById("temporary-password"))');
    await page.evaluate('dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }))');
    await assertGone(await openTab(page), secret);
    await page.evaluate('dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))');
    await page.waitForURL(`**${userPath(user.id)}`);
    await page.context().close();
  });

  it('occurs in one text node of one response, and in no browser storage', async () => {
    const { page, secret, body } = await reveal();
    assert.equal(body.split(secret).length, 2);
    const holders = await page.evaluate<string[]>(`(() => {
      const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL), holders = [];
      const containsSecret = (text) => text?.includes(${JSON.stringify(secret)});
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (containsSecret(node.nodeValue)) holders.push(node.nodeName + ' in ' + node.parentElement.id);
        for (const { name, value } of node.attributes ?? []) if (containsSecret(value)) holders.push(name);
      }
      return holders;
    })()`);
    assert.deepEqual(holders, ['#text in temporary-password']);
    const kept = await page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.title, location.href, history.state])',
    );
    assert.ok(!kept.includes(secret));
    assert.ok(!JSON.stringify(await page.context().storageState()).includes(secret));
    await page.context().close();
  });

  it('is copied to the clipboard unchanged, with a confirmation', async () => {
    const { page, secret } = await reveal();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: portal.origin });
    await page.click('[data-copy]');
    await page.getByText('Copié').waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), secret);
    await page.context().close();
  });

  it('is copied unchanged without the clipboard API', async () => {
    const { page, secret } = await reveal();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: portal.origin });
    await page.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true })');
    await page.click('[data-copy]');
    await page.getByText('Copié').waitFor();
    await page.evaluate('delete navigator.clipboard');
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), secret);
    await page.context().close();
  });

  it("is printed on a sheet in the user's language, without the rest of the page", async () => {
    const { page, user, secret } = await reveal();
    const onScreen = await page.locator('body').innerText();
    assert.doesNotMatch(onScreen, /Ihr Zugang|Adresse des Portals/);
    await page.emulateMedia({ media: 'print' });
    const onPaper = await page.locator('body').innerText();
    for (const text of [secret, user.username, `${portal.origin}/sign-in`])
      assert.ok(onPaper.includes(text), `no ${text} on paper`);
    assert.match(onPaper, /Temporäres Kennwort/);
    for (const text of ['Camille Laurent', 'Tableau de bord', 'Copier', 'Terminé', 'Mot de passe', 'Réinitialiser']) {
      assert.ok(!onPaper.includes(text), `${text} on paper: ${onPaper}`);
    }
    assert.deepEqual(
      await page.locator('.sheet').evaluateAll((sheets) => sheets.map(({ lang }: { lang: string }) => lang)),
      ['de', 'de'],
    );
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    assert.equal(pdf.match(/\/Type\s*\/Page\b/g)?.length, 1);
    await page.context().close();
  });
});
