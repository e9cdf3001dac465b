import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { aTenant, aUser } from '../support/builders.ts';
import { newPage, openBrowser, reserveOrigin, type ServedPortal } from '../support/browser.ts';
import { openPortal } from '../support/portal.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { withMouse } from './input-methods.ts';
import { says } from './reset.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';

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

  let browser: Browser;
  let worldwide: ServedPortal;
  let germany: ServedPortal;
  let germanyUrl: string;
  before(async () => {
    browser = await openBrowser();
    const [here, there] = [await reserveOrigin(), await reserveOrigin()];
    // Two hosts, as in production, so that cookies are not shared.
    germanyUrl = there.origin.replace('localhost', 'germany.localhost');
    const environment = { REGION_URLS: `worldwide=${here.origin},germany=${germanyUrl}` };
    worldwide = here.serve(await openPortal({ environment: { ...environment, BASE_URL: here.origin } }));
    germany = there.serve(
      await openPortal({ environment: { ...environment, REGION: 'germany', BASE_URL: germanyUrl } }),
    );
  });

  for (const [index, reader] of readers.entries()) {
    const { language, javaScript, width, theme } = reader;
    const how = `in ${language}, at ${width} px, with the ${theme} theme, ${javaScript ? 'with' : 'without'} scripts`;
    it(`is redirected by the worldwide portal to Germany's sign-in page, with an explanation, ${how}`, async () => {
      const tenant = await aTenant(germany, { name: 'Nordwerk', domain: `nordwerk${index}.example`, language });
      const anna = await aUser(germany, tenant, { displayName: 'Anna Schäfer', username: `anna@${tenant.domain}` });
      for (const { database } of [worldwide, germany])
        await directoryStore.upsert(database, [{ domain: tenant.domain, region: 'germany' }]);

      const [username, next, password, enter, explanation, welcome] = words[language];
      // The browser requests Spanish, so the language must be the one chosen in the worldwide portal.
      const page = await newPage(browser, worldwide, { ...reader, context: { locale: 'es' } });
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
