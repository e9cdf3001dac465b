import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { aTenant, aUser } from '../support/builders.ts';
import { newPage, openBrowser, servePortal, signIn, type ServedPortal } from '../support/browser.ts';
import { importPath, usersPath } from '../support/imports.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { withKeyboard } from './input-methods.ts';

async function downloaded(page: Page, begin: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), begin()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

describe('importing users in a browser', { skip: skipWithout('chromium', chromium()) }, () => {
  let browser: Browser;
  let portal: ServedPortal;
  before(async () => {
    browser = await openBrowser();
    portal = await servePortal();
    portal.background.start();
  });
  after(() => portal.background.stop());

  for (const javaScript of [false, true]) {
    it(`works by keyboard from the user list to the password download, ${javaScript ? 'with' : 'without'} scripts`, async () => {
      const tenant = await aTenant(portal);
      const admin = await aUser(portal, tenant, { administratorLevel: 'global' });
      const page = await signIn(await newPage(browser, portal, { javaScript }), admin);
      const input = withKeyboard(page);
      await page.goto(usersPath);

      const exported = await downloaded(page, () => input.follow('Exporter'));
      assert.equal(exported.name, 'utilisateurs.csv');
      assert.ok(exported.text.includes(admin.username));

      await page.goto(usersPath);
      await input.follow('Importer');
      await input.press('Vérifier le fichier');
      await page.locator('.error-summary').waitFor();
      const rows = `neu@${tenant.domain};Ada;Lovelace\r\n${admin.username};Camille;\r\n`;
      const file = {
        name: 'équipe.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(`Nom d’utilisateur;Prénom;Nom\r\n${rows}`),
      };
      await page.getByLabel('Fichier CSV').setInputFiles(file);
      await input.press('Vérifier le fichier');
      await page.waitForURL(`**${importPath}/*`);
      await page.getByText('équipe.csv').waitFor();
      await input.press('Importer les 2 lignes');
      // The page refreshes itself until the import has finished.
      await page.getByText('Importation terminée').waitFor();

      const passwords = await downloaded(page, () => input.press('Télécharger les mots de passe'));
      assert.equal(passwords.name, 'mots-de-passe-temporaires.csv');
      const [secret = ''] = /[A-Z2-9]{4}(?:-[A-Z2-9]{4}){4}/.exec(passwords.text) ?? [];
      assert.ok(!(await page.content()).includes(secret), 'the page itself does not contain the password');
      await input.press('Télécharger les mots de passe');
      await page.getByText('Vous avez téléchargé les mots de passe temporaires').waitFor();
      await page.context().close();

      const newcomer = { username: `neu@${tenant.domain}`, clearPassword: secret };
      const theirs = await signIn(await newPage(browser, portal, { javaScript }), newcomer);
      assert.match(theirs.url(), /\/change-password$/);
      await theirs.context().close();
    });
  }
});
