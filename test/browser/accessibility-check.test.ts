import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newPage, openBrowser, servePortal } from '../support/browser.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { mainViewports, inspectPage } from './accessibility.ts';

describe('the accessibility check', { skip: skipWithout('chromium', chromium()) }, () => {
  it('reports faults in language, headings, focus, colors, labels and width', async () => {
    const page = await newPage(await openBrowser(), await servePortal());
    const open = async (): Promise<void> => {
      await page.goto('/sign-in');
      await page.evaluate(`{
        document.documentElement.lang = 'de';
        document.querySelector('main').innerHTML += '<h1>x</h1><input><p id="faint">faint</p><p id="wide">wide</p>';
        document.getElementById('faint').style.color = '#bbc';
        document.getElementById('wide').style.inlineSize = '50rem';
      }`);
    };
    await open();
    const found = (await inspectPage(page, { name: 'x', open, hasErrors: true }, 'fr', mainViewports)).join('\n');
    for (const sign of [
      /speaks de/,
      /2 first headings/,
      /focus on/,
      /color-contrast at #faint/,
      /label at #content > input/,
      /px wide/,
    ]) {
      assert.match(found, sign);
    }
  });
});
