import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { resetPasswordPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { newPage, openBrowser, servePortal, signIn, type ServedPortal } from '../support/browser.ts';
import { assertNone } from '../support/assert-none.ts';
import { chromium, skipWithout } from '../support/services.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const pathOf = (page: Page): string => new URL(page.url()).pathname + new URL(page.url()).search;

/** Opens a switcher at the top of the page and chooses an option. */
async function choose(page: Page, switcher: string, choice: string): Promise<void> {
  await page.locator('summary', { hasText: switcher }).click();
  await page.getByRole('button', { name: choice }).click();
  await page.waitForLoadState();
}

// Switchers are excluded, because they show the choice.
const colours = `[...document.querySelectorAll('body, body :not(.switcher *)')].map((element) => {
  const { color, backgroundColor, borderColor, fill, stroke, boxShadow } = getComputedStyle(element);
  return [element.nodeName, element.className, color, backgroundColor, borderColor, fill, stroke, boxShadow].join(' | ');
})`;

describe('page controls', { skip: skipWithout('chromium', chromium()) }, () => {
  let browser: Browser;
  let portal: ServedPortal;
  let tenant: TestTenant;
  let admin: TestUser;
  before(async () => {
    browser = await openBrowser();
    portal = await servePortal();
    tenant = await aTenant(portal);
    admin = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  });

  for (const javaScript of [true, false]) {
    const scripts = `${javaScript ? 'with' : 'without'} scripts`;

    it(`the language chosen before sign-in is kept after it, ${scripts}`, async () => {
      const page = await newPage(browser, portal, { javaScript, language: 'en' });
      await page.goto('/sign-in');
      await choose(page, 'Language', 'Deutsch');
      assert.equal(pathOf(page), '/sign-in');
      await page.getByRole('heading', { name: 'Anmelden' }).waitFor();
      assert.equal(await page.locator('html').getAttribute('lang'), 'de');
      await signIn(page, await aUser(portal, tenant));
      assert.equal(await page.locator('html').getAttribute('lang'), 'de');
      await page.context().close();
    });

    it(`changing the language returns to the same page, ${scripts}`, async () => {
      const polyglot = await aUser(portal, tenant, { administratorLevel: 'userManagement' });
      const page = await signIn(await newPage(browser, portal, { javaScript }), polyglot);
      const address = '/account-settings/user-management?q=camille&sort=-name';
      await page.goto(address);
      await choose(page, 'Langue', 'English');
      assert.equal(pathOf(page), address);
      await page.getByRole('heading', { name: 'User management' }).waitFor();
      await page.goto('/my-profile');
      await page.getByRole('combobox', { name: 'Language' }).selectOption('fr');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { name: 'Mon profil' }).waitFor();
      await page.context().close();
    });

    it(`the language can be changed while a password change is pending, ${scripts}`, async () => {
      const user = await aUser(portal, tenant, { password: 'temporary' });
      const page = await signIn(await newPage(browser, portal, { javaScript }), user);
      await choose(page, 'Langue', 'Deutsch');
      assert.equal(pathOf(page), '/change-password');
      await page.getByRole('heading', { name: 'Wählen Sie ein neues Kennwort' }).waitFor();
      await page.context().close();
    });

    it(`a theme looks the same whether it is chosen in the portal or on the device, ${scripts}`, async () => {
      const page = await signIn(
        await newPage(browser, portal, { javaScript, context: { reducedMotion: 'reduce' } }),
        admin,
      );
      const seen = async (device: 'light' | 'dark'): Promise<string[]> => {
        await page.emulateMedia({ colorScheme: device });
        await page.mouse.move(0, 0);
        await page.goto('/my-profile');
        return page.evaluate<string[]>(colours);
      };
      const [light, dark] = [await seen('light'), await seen('dark')];
      assert.notDeepEqual(light, dark);
      for (const [choice, device, expected] of [
        ['Sombre', 'light', dark],
        ['Clair', 'dark', light],
        ['Automatique', 'dark', dark],
      ] as const) {
        await choose(page, 'Apparence', choice);
        assert.equal(pathOf(page), '/my-profile');
        const now = await seen(device);
        assertNone(now.filter((line, index) => line !== expected[index]));
      }
      await page.context().close();
    });

    it(`the menu opens and closes on a small screen, ${scripts}`, async () => {
      const page = await signIn(await newPage(browser, portal, { javaScript, width: 320 }), admin);
      const navigation = page.getByRole('navigation', { name: 'Navigation principale' });
      assert.equal(await navigation.isVisible(), false);
      await page.getByRole('button', { name: 'Menu' }).click();
      assert.equal(await navigation.isVisible(), true);
      await page.keyboard.press('Escape');
      assert.equal(await navigation.isVisible(), false);
      await page.getByRole('button', { name: 'Menu' }).click();
      await navigation.getByRole('link', { name: 'Gestion des utilisateurs' }).click();
      await page.waitForURL('**/user-management');
      await page.context().close();
    });

    it(`the skip link leads to the main content, ${scripts}`, async () => {
      const page = await signIn(await newPage(browser, portal, { javaScript }), admin);
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'Aller au contenu');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.closest("main")?.id'), 'content');
      await page.context().close();
    });
  }

  it('only one switcher is open at a time, and Escape returns the focus', async () => {
    const page = await newPage(browser, portal);
    await page.goto('/sign-in');
    const [language, theme] = ['Langue', 'Apparence'].map((name) => page.locator('summary', { hasText: name }));
    await language!.click();
    await theme!.click();
    assert.equal(await page.locator('details.switcher[open]').count(), 1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('details.switcher[open]').count(), 0);
    assert.equal(await theme!.and(page.locator(':focus')).count(), 1);
    await language!.click();
    await page.locator('h1').click();
    assert.equal(await page.locator('details.switcher[open]').count(), 0);
    await page.context().close();
  });

  it('a password can be shown and is hidden again before submission', async () => {
    const page = await newPage(browser, portal);
    await page.goto('/sign-in');
    await page.getByLabel('Nom d’utilisateur').fill('nobody@nowhere.example');
    await page.keyboard.press('Enter');
    const field = page.locator('input[name=password]');
    await field.fill('caillou');
    await page.getByRole('button', { name: 'Afficher' }).click();
    assert.equal(await field.getAttribute('type'), 'text');
    assert.equal(await field.inputValue(), 'caillou');
    await page.evaluate(`document.querySelector('form [name=password]').form.addEventListener('submit', (event) => {
      event.preventDefault();
      globalThis.sentAs = document.querySelector('[name=password]').type;
    })`);
    await page.getByRole('button', { name: 'Masquer' }).waitFor();
    await field.press('Enter');
    assert.equal(await page.evaluate('sentAs'), 'password');
    await page.context().close();
  });

  it('a form is submitted once, even if its button is clicked repeatedly', async () => {
    const user = await aUser(portal, tenant);
    const page = await signIn(await newPage(browser, portal), admin);
    await page.goto(resetPasswordPath(user.id));
    let sent = 0;
    await page.route('**/reset-password', async (route) => {
      sent += 1;
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.continue();
    });
    await page
      .getByRole('button', { name: 'Réinitialiser le mot de passe' })
      .click({ clickCount: 3, noWaitAfter: true });
    await page.locator('#temporary-password').waitFor();
    assert.equal(sent, 1);
    assert.equal((await usersStore.find(portal.database, tenant.scope, user.id))?.epoch, user.epoch + 1);
    await page.context().close();
  });

  it('a form can be submitted again after Back', async () => {
    const page = await newPage(browser, portal);
    await page.goto('/sign-in');
    for (const username of ['one@nowhere.example', 'two@nowhere.example']) {
      await page.getByLabel('Nom d’utilisateur').fill(username);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/sign-in/password');
      assert.equal(await page.locator('[name=username]').inputValue(), username);
      await page.goBack();
    }
    await page.context().close();
  });
});
