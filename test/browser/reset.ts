import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { newPage, openBrowser, servePortal, type PageOptions, type ServedPortal } from '../support/browser.ts';
import { withKeyboard, withMouse, type Input } from './input-methods.ts';

export const pathOf = (page: Page): string => new URL(page.url()).pathname;
const title = (page: Page): Promise<string> => page.locator('h1').innerText();
export const says = (page: Page, text: string): Promise<void> => page.getByText(text).first().waitFor();

export async function signInAs(
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

/** A combination of input device, viewport and support for scripts. */
export interface Variant {
  readonly name: string;
  readonly options: PageOptions;
  readonly input: (page: Page) => Input;
}

/** The ways that the long run tests. */
export const allVariants = [
  { name: 'with scripts', options: {}, input: withMouse },
  { name: 'without scripts', options: { javaScript: false }, input: withMouse },
  { name: 'by keyboard', options: {}, input: withKeyboard },
  { name: 'by keyboard, without scripts', options: { javaScript: false }, input: withKeyboard },
  { name: 'by keyboard, at 400 % zoom', options: { width: 320 }, input: withKeyboard },
] as const satisfies readonly Variant[];

// Differs from the previous password, which can't be chosen again.
const chosen = 'seven quiet otters nap';

async function resetAsAdministrator(page: Page, input: Input, camille: TestUser, zoe: TestUser): Promise<string> {
  await signInAs(page, input, camille.username, camille.clearPassword);
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
  await signInAs(page, input, zoe.username, temporary);
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
  for (const text of ['Rôles et autorisations', 'Niveau d’administration', 'Agent commercial']) await says(page, text);
  await input.follow('Modifier le mot de passe');
  await page.waitForURL('**/my-profile/password');
  await input.type('Mot de passe actuel', chosen);
  await input.type('Nouveau mot de passe', `${chosen} et un galet`);
  await input.type('Confirmer le nouveau mot de passe', `${chosen} et un galet`);
  await input.press('Modifier le mot de passe');
  await page.waitForURL('**/my-profile');
  await says(page, 'Votre mot de passe a été modifié.');
}

export interface ResetPortal {
  readonly browser: Browser;
  readonly portal: ServedPortal;
  readonly tenant: TestTenant;
}

/** Opens a portal with an organization of a few users, in French. */
export async function openResetPortal(): Promise<ResetPortal> {
  const [browser, portal] = [await openBrowser(), await servePortal()];
  const tenant = await aTenant(portal, { name: 'Ateliers Lumière' });
  for (const displayName of ['Ana Rodríguez', 'Zacharie Bessette']) await aUser(portal, tenant, { displayName });
  return { browser, portal, tenant };
}

/**
 * Declares a test in which an administrator resets a user's password, and the user replaces the temporary password and
 * then changes their own.
 */
export function testReset({ name, options, input }: Variant, opened: () => ResetPortal): void {
  it(`works ${name}`, async () => {
    const { browser, portal, tenant } = opened();
    const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
    const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson', agentLevel: 'sales' });
    const admins = await newPage(browser, portal, options);
    const temporary = await resetAsAdministrator(admins, input(admins), camille, zoe);
    const users = await newPage(browser, portal, options);
    await replaceTemporaryPassword(users, input(users), zoe, temporary);
    await changeOwnPassword(users, input(users));
    await admins.context().close();
    await users.context().close();
  });
}
