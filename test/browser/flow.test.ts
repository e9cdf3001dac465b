import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { aTenant, aUser, goodPassword, type TestTenant, type TestUser } from '../support/builders.ts';
import {
  newPage,
  openBrowser,
  reserveOrigin,
  servePortal,
  type PageOptions,
  type ServedPortal,
} from '../support/browser.ts';
import { openPortal } from '../support/portal.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { withKeyboard, withMouse, type Input } from './input-methods.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const pathOf = (page: Page): string => new URL(page.url()).pathname;
const title = (page: Page): Promise<string> => page.locator('h1').innerText();
const says = (page: Page, text: string): Promise<void> => page.getByText(text).first().waitFor();

async function signIn(
  page: Page,
  { follow: _, press, type }: Input,
  username: string,
  password: string,
): Promise<void> {
  await page.goto('/');
  await type('Nom d’utilisateur', username);
  await press('Suivant');
  await page.waitForURL('**/sign-in/password');
  await type('Mot de passe', password);
  await press('Se connecter');
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

const variants: readonly { name: string; options: PageOptions; input: (page: Page) => Input }[] = [
  { name: 'with scripts', options: {}, input: withMouse },
  { name: 'without scripts', options: { javaScript: false }, input: withMouse },
  { name: 'by keyboard', options: {}, input: withKeyboard },
  { name: 'by keyboard, without scripts', options: { javaScript: false }, input: withKeyboard },
  { name: 'by keyboard, at 400 % zoom', options: { width: 320 }, input: withKeyboard },
];

// Differs from the previous password, which can't be chosen again.
const chosen = 'seven quiet otters nap';

describe('resetting and changing a password, in French', { skip: skipWithout('chromium', chromium()) }, () => {
  let browser: Browser;
  let portal: ServedPortal;
  let tenant: TestTenant;
  let camille: TestUser;
  before(async () => {
    browser = await openBrowser();
    portal = await servePortal();
    tenant = await aTenant(portal, { name: 'Ateliers Lumière' });
    camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
    for (const displayName of ['Ana Rodríguez', 'Zacharie Bessette']) await aUser(portal, tenant, { displayName });
  });

  async function resetAsAdministrator(page: Page, input: Input, zoe: TestUser): Promise<string> {
    await signIn(page, input, camille.username, camille.clearPassword);
    assert.equal(await title(page), 'Tableau de bord');
    await input.follow('Paramètres du compte');
    await page.waitForURL('**/account-settings');
    await input.follow('Gestion des utilisateurs');
    await page.waitForURL('**/user-management');
    await input.type('Nom ou nom d’utilisateur', 'zoe bes');
    await input.press('Rechercher');
    await page.waitForURL('**q=zoe+bes**');
    await input.follow(zoe.username);
    await page.waitForURL(`**/${zoe.id}`);
    assert.equal(await title(page), 'Zoé Besson');
    await input.follow('Réinitialiser le mot de passe');
    await page.waitForURL('**/reset-password');
    await says(page, 'Réinitialiser le mot de passe du compte Zoé Besson');
    await input.press('Réinitialiser le mot de passe');
    await says(page, 'Vous ne pourrez plus l’afficher après avoir quitté cette page.');
    const temporary = await page.locator('#temporary-password').innerText();
    assert.match(temporary, /^[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){4}$/);
    await input.follow('Terminé');
    await page.waitForURL(`**/${zoe.id}`);
    await says(page, 'Mot de passe à modifier');
    return temporary;
  }

  async function replaceTemporaryPassword(page: Page, input: Input, zoe: TestUser, temporary: string): Promise<void> {
    await signIn(page, input, zoe.username, temporary);
    assert.equal(pathOf(page), '/change-password');
    await says(page, 'Camille Laurent vous a attribué un mot de passe temporaire');
    await page.goto('/my-profile');
    assert.equal(pathOf(page), '/change-password');
    await input.type('Nouveau mot de passe', chosen);
    await input.type('Confirmer le nouveau mot de passe', chosen);
    await input.press('Modifier le mot de passe');
    await page.waitForURL('**/dashboard');
    await says(page, 'Votre mot de passe a été modifié.');
  }

  async function changeOwnPassword(page: Page, input: Input): Promise<void> {
    await input.follow('Zoé Besson');
    await page.waitForURL('**/my-profile');
    assert.equal(await title(page), 'Mon profil');
    for (const text of ['Rôles et autorisations', 'Niveau d’administration', 'Agent commercial'])
      await says(page, text);
    await input.follow('Modifier le mot de passe');
    await page.waitForURL('**/my-profile/password');
    await input.type('Mot de passe actuel', chosen);
    await input.type('Nouveau mot de passe', `${chosen} et un galet`);
    await input.type('Confirmer le nouveau mot de passe', `${chosen} et un galet`);
    await input.press('Modifier le mot de passe');
    await page.waitForURL('**/my-profile');
    await says(page, 'Votre mot de passe a été modifié.');
  }

  for (const { name, options, input } of variants) {
    it(`works ${name}`, async () => {
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson', agentLevel: 'sales' });
      const admins = await newPage(browser, portal, options);
      const temporary = await resetAsAdministrator(admins, input(admins), zoe);
      const users = await newPage(browser, portal, options);
      await replaceTemporaryPassword(users, input(users), zoe, temporary);
      await changeOwnPassword(users, input(users));
      await admins.context().close();
      await users.context().close();
    });
  }

  it('lets only one of several tabs complete a pending password change', async () => {
    const user = await aUser(portal, tenant, { password: 'temporary' });
    const first = await newPage(browser, portal);
    await signIn(first, withMouse(first), user.username, user.clearPassword);
    const [second, elsewhere] = [await first.context().newPage(), await newPage(browser, portal)];
    await second.goto('/change-password');
    await signIn(elsewhere, withMouse(elsewhere), user.username, user.clearPassword);
    const change = async (page: Page, password: string): Promise<void> => {
      const { type, press } = withMouse(page);
      await type('Nouveau mot de passe', password);
      await type('Confirmer le nouveau mot de passe', password);
      await press('Modifier le mot de passe');
    };
    await change(first, goodPassword);
    await first.waitForURL('**/dashboard');
    await change(elsewhere, 'un autre galet sous la pluie');
    await elsewhere.waitForURL('**/sign-in');
    await change(second, 'encore un galet sous la pluie');
    await says(second, 'Ce formulaire a expiré');
    await first.goBack();
    assert.notEqual(pathOf(first), '/change-password');
    assert.equal((await usersStore.find(portal.database, tenant.scope, user.id))?.password, 'own');
    for (const page of [first, elsewhere]) await page.context().close();
  });
});

describe('a user of an organization in Germany', { skip: skipWithout('chromium', chromium()) }, () => {
  const words = {
    en: ['User name', 'Next', 'Password', 'Sign in', 'Nothing you typed was sent.', 'partner portal, Anna Schäfer'],
    fr: ['Nom d’utilisateur', 'Suivant', 'Mot de passe', 'Se connecter', 'été transmise', 'Bienvenue, Anna Schäfer'],
    de: ['Benutzername', 'Weiter', 'Kennwort', 'Anmelden', 'wurden nicht übertragen', ', Anna Schäfer.'],
  } as const;
  const readers = [
    { language: 'de', javaScript: true, width: 1280, theme: 'light' },
    { language: 'de', javaScript: false, width: 320, theme: 'dark' },
    { language: 'fr', javaScript: true, width: 320, theme: 'light' },
    { language: 'en', javaScript: false, width: 1280, theme: 'dark' },
  ] as const;
  for (const reader of readers) {
    const { language, javaScript, width, theme } = reader;
    const how = `in ${language}, at ${width} px, with the ${theme} theme, ${javaScript ? 'with' : 'without'} scripts`;
    it(`is redirected by the worldwide portal to Germany's sign-in page, with an explanation, ${how}`, async () => {
      const [here, there] = [await reserveOrigin(), await reserveOrigin()];
      // Two hosts, as in production, so that cookies are not shared.
      const germanyUrl = there.origin.replace('localhost', 'germany.localhost');
      const environment = { REGION_URLS: `worldwide=${here.origin},germany=${germanyUrl}` };
      const worldwide = here.serve(await openPortal({ environment: { ...environment, BASE_URL: here.origin } }));
      const germany = there.serve(
        await openPortal({ environment: { ...environment, REGION: 'germany', BASE_URL: germanyUrl } }),
      );
      const tenant = await aTenant(germany, { name: 'Nordwerk', domain: 'nordwerk.example', language });
      const anna = await aUser(germany, tenant, { displayName: 'Anna Schäfer', username: 'anna@nordwerk.example' });
      for (const { database } of [worldwide, germany])
        await directoryStore.upsert(database, [{ domain: tenant.domain, region: 'germany' }]);

      const [username, next, password, enter, explanation, welcome] = words[language];
      // The browser requests Spanish, so the language must be the one chosen in the worldwide portal.
      const page = await newPage(await openBrowser(), worldwide, { ...reader, context: { locale: 'es' } });
      const { type, press } = withMouse(page);
      await page.goto('/sign-in');
      await page.locator('details:has(button[name=language]) summary').click();
      await page.locator(`button[name=language][value=${language}]`).click();
      await page.locator(`html[lang=${language}]`).waitFor();
      await type(username, anna.username);
      await press(next);
      await page.waitForURL(`${germanyUrl}/sign-in?from=worldwide&language=${language}`);
      await says(page, explanation);
      assert.equal(await page.locator('.arrival strong bdi').innerText(), new URL(germanyUrl).host);
      assert.ok(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'));
      await press(next);
      await page.locator('.error-summary').waitFor();
      await says(page, explanation);
      await type(username, anna.username);
      await press(next);
      await page.waitForURL(`${germanyUrl}/sign-in/password`);
      assert.equal(await page.getByText(explanation).count(), 0);
      await type(password, anna.clearPassword);
      await press(enter);
      await page.waitForURL(`${germanyUrl}/dashboard`);
      await says(page, welcome);
      await page.context().close();
    });
  }
});
