import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { aUser, goodPassword } from '../support/builders.ts';
import { newPage } from '../support/browser.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { withMouse } from './input-methods.ts';
import { allVariants, openResetPortal, pathOf, says, signInAs, testReset, type ResetPortal } from './reset.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

// Three ways that together include each device and each size, with and without scripts. The long run tests all ways.
const names: readonly string[] = ['with scripts', 'by keyboard, without scripts', 'by keyboard, at 400 % zoom'];
const variants = allVariants.filter(({ name }) => names.includes(name));

describe('resetting and changing a password, in French', { skip: skipWithout('chromium', chromium()) }, () => {
  let opened: ResetPortal;
  before(async () => (opened = await openResetPortal()));

  for (const variant of variants) testReset(variant, () => opened);

  it('lets only one of several tabs complete a pending password change', async () => {
    const { browser, portal, tenant } = opened;
    const user = await aUser(portal, tenant, { password: 'temporary' });
    const first = await newPage(browser, portal);
    await signInAs(first, withMouse(first), user.username, user.clearPassword);
    const [second, elsewhere] = [await first.context().newPage(), await newPage(browser, portal)];
    await second.goto('/change-password');
    await signInAs(elsewhere, withMouse(elsewhere), user.username, user.clearPassword);
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
