import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { aTenant, aUser, goodPassword, type TestTenant, type TestUser } from '../support/builders.ts';
import {
  newReader,
  openBrowser,
  reserve,
  servePortal,
  type ReaderWishes,
  type ServedPortal,
} from '../support/browser.ts';
import { openPortal } from '../support/portal.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { withKeyboard, withMouse, type Hands } from './hands.ts';

const pathOf = (page: Page): string => new URL(page.url()).pathname;
const title = (page: Page): Promise<string> => page.locator('h1').innerText();
const says = (page: Page, text: string): Promise<void> => page.getByText(text).first().waitFor();

async function signIn(
  page: Page,
  { follow: _, press, type }: Hands,
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

const ways: readonly { name: string; wishes: ReaderWishes; hands: (page: Page) => Hands }[] = [
  { name: 'with scripts', wishes: {}, hands: withMouse },
  { name: 'without scripts', wishes: { javaScript: false }, hands: withMouse },
  { name: 'by keyboard', wishes: {}, hands: withKeyboard },
  { name: 'by keyboard, without scripts', wishes: { javaScript: false }, hands: withKeyboard },
  { name: 'by keyboard, at 400 %', wishes: { width: 320 }, hands: withKeyboard },
];

describe('the two procedures of the source page, in French', { skip: skipWithout('chromium', chromium()) }, () => {
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

  async function resetAsAdministrator(page: Page, hands: Hands, zoe: TestUser): Promise<string> {
    await signIn(page, hands, camille.username, camille.clearPassword);
    assert.equal(await title(page), 'Tableau de bord');
    await hands.follow('Paramètres du compte');
    await page.waitForURL('**/account-settings');
    await hands.follow('Gestion des utilisateurs');
    await page.waitForURL('**/user-management');
    await hands.type('Nom ou nom d’utilisateur', 'zoe bes');
    await hands.press('Rechercher');
    await page.waitForURL('**q=zoe+bes**');
    await hands.follow(zoe.username);
    await page.waitForURL(`**/${zoe.id}`);
    assert.equal(await title(page), 'Zoé Besson');
    await hands.follow('Réinitialiser le mot de passe');
    await page.waitForURL('**/reset-password');
    await says(page, 'Réinitialiser le mot de passe attribué à Zoé Besson');
    await hands.press('Réinitialiser le mot de passe');
    await says(page, 'Il ne sera plus accessible une fois que vous aurez quitté cet écran.');
    const temporary = await page.locator('#temporary-password').innerText();
    assert.match(temporary, /^[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){4}$/);
    await hands.follow('Terminé');
    await page.waitForURL(`**/${zoe.id}`);
    await says(page, 'Mot de passe à changer');
    return temporary;
  }

  async function replaceTemporaryPassword(page: Page, hands: Hands, zoe: TestUser, temporary: string): Promise<void> {
    await signIn(page, hands, zoe.username, temporary);
    assert.equal(pathOf(page), '/change-password');
    await says(page, 'Camille Laurent vous a attribué un mot de passe temporaire');
    await page.goto('/my-profile');
    assert.equal(pathOf(page), '/change-password');
    await hands.type('Nouveau mot de passe', goodPassword);
    await hands.type('Confirmer le nouveau mot de passe', goodPassword);
    await hands.press('Modifier le mot de passe');
    await page.waitForURL('**/dashboard');
    await says(page, 'Votre mot de passe a été modifié.');
  }

  async function changeOwnPassword(page: Page, hands: Hands): Promise<void> {
    await hands.follow('Zoé Besson');
    await page.waitForURL('**/my-profile');
    assert.equal(await title(page), 'Mon profil');
    for (const text of ['Rôles et autorisations', 'Niveau d’administration', 'Agent commercial'])
      await says(page, text);
    await hands.follow('Modifier le mot de passe');
    await page.waitForURL('**/my-profile/password');
    await hands.type('Mot de passe actuel', goodPassword);
    await hands.type('Nouveau mot de passe', `${goodPassword} et un galet`);
    await hands.type('Confirmer le nouveau mot de passe', `${goodPassword} et un galet`);
    await hands.press('Modifier le mot de passe');
    await page.waitForURL('**/my-profile');
    await says(page, 'Votre mot de passe a été modifié.');
  }

  for (const { name, wishes, hands } of ways) {
    it(name, async () => {
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson', agentLevel: 'sales' });
      const admins = await newReader(browser, portal, wishes);
      const temporary = await resetAsAdministrator(admins, hands(admins), zoe);
      const users = await newReader(browser, portal, wishes);
      await replaceTemporaryPassword(users, hands(users), zoe, temporary);
      await changeOwnPassword(users, hands(users));
      await admins.context().close();
      await users.context().close();
    });
  }

  it('leaves one tab only to go on, of several in which the change was pending', async () => {
    const user = await aUser(portal, tenant, { password: 'temporary' });
    const first = await newReader(browser, portal);
    await signIn(first, withMouse(first), user.username, user.clearPassword);
    const [second, elsewhere] = [await first.context().newPage(), await newReader(browser, portal)];
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
    await says(second, 'Ce formulaire n’est plus valable');
    await first.goBack();
    assert.notEqual(pathOf(first), '/change-password');
    assert.equal((await portal.stores.users.find(tenant.scope, user.id))?.password, 'own');
    for (const page of [first, elsewhere]) await page.context().close();
  });
});

describe('a user of a company in Germany', { skip: skipWithout('chromium', chromium()) }, () => {
  for (const javaScript of [true, false]) {
    it(`comes from the worldwide portal to Germany’s sign-in, scripts ${javaScript ? 'on' : 'off'}`, async () => {
      const [here, there] = [await reserve(), await reserve()];
      const environment = { REGION_URLS: `worldwide=${here.origin},germany=${there.origin}` };
      const worldwide = here.serve(await openPortal({ environment: { ...environment, BASE_URL: here.origin } }));
      const germany = there.serve(
        await openPortal({ environment: { ...environment, REGION: 'germany', BASE_URL: there.origin } }),
      );
      const tenant = await aTenant(germany, { name: 'Nordwerk', domain: 'nordwerk.example', language: 'de' });
      const anna = await aUser(germany, tenant, { displayName: 'Anna Schäfer', username: 'anna@nordwerk.example' });
      for (const { stores } of [worldwide, germany])
        await stores.directory.put([{ domain: tenant.domain, region: 'germany' }]);

      const page = await newReader(await openBrowser(), worldwide, { language: 'de', javaScript });
      const { type, press } = withMouse(page);
      await page.goto('/');
      await says(page, 'Region: Weltweit');
      await type('Benutzername', anna.username);
      await press('Weiter');
      await page.waitForURL(`${germany.origin}/sign-in`);
      await says(page, 'Region: Deutschland');
      await type('Benutzername', anna.username);
      await press('Weiter');
      await type('Kennwort', anna.clearPassword);
      await press('Anmelden');
      await page.waitForURL(`${germany.origin}/dashboard`);
      await says(page, 'Willkommen, Anna Schäfer');
      await page.context().close();
    });
  }
});
