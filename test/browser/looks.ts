import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { before, describe, it } from 'node:test';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { newReader, openBrowser, servePortal } from '../support/browser.ts';
import { assertNone } from '../support/none.ts';
import { chromium, skipWithout } from '../support/services.ts';
import type { Stop } from './stops.ts';
import { everybody, type Walker } from './tour.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const conformance = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const everyRule: RunOptions = {
  runOnly: { type: 'tag', values: conformance },
  resultTypes: ['violations', 'incomplete'],
};
// In the dark only the colours are others: what does not look at colours has been looked at in the light. Colours are the
// same in every language, and so is what is hidden from a small screen: German, with the longest words, stands for all.
const closestLooked = 'de';
const colourRules: RunOptions = {
  runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] },
  resultTypes: ['violations', 'incomplete'],
};

// axe cannot tell a contrast on a pattern, and because of the one behind the entrance it would say nothing of the whole
// page. Of the colours that run into each other there, this one is the nearest to the text's.
const plainGround = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    '.entrance { background: var(--portal-accent-ground) } .entrance::before { content: none }' +
    'select { background-image: none !important }'
  );
  document.adoptedStyleSheets = [sheet];
}`;

const wide = 1280;
/** 1280 px at 400 %. */
const narrow = 320;
// All of a page is in view: what the window's edge cuts through has no colour that axe could tell.
const height = 9_000;

async function violations(page: Page, options: RunOptions): Promise<string[]> {
  // The page's own policy would refuse a script element; the debugger is not asked.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe);
  await page.evaluate(plainGround);
  const results = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  assert.ok(results.passes.length > 0, 'axe looked at nothing');
  const undecided = results.incomplete.filter(({ id }) => id === 'color-contrast');
  return [...results.violations, ...undecided].flatMap(({ id, nodes }) =>
    nodes.map(({ target, any }) => `${id} at ${target.join(' ')}: ${any.map(({ message }) => message).join(' ')}`),
  );
}

const outline = `({
  language: document.documentElement.lang,
  headings: document.querySelectorAll('h1').length,
  title: document.title,
  focused: document.activeElement.className,
  width: document.scrollingElement.scrollWidth,
})`;
interface Outline {
  language: string;
  headings: number;
  title: string;
  focused: string;
  width: number;
}

// WCAG 1.4.12: what a reader may set for themselves.
const roomyText = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }' +
    'p { margin-block-end: 2em !important }'
  );
  document.adoptedStyleSheets = [sheet];
}`;

async function look(page: Page, stop: Stop, language: string): Promise<string[]> {
  const found: string[] = [];
  const say = (where: string, faults: readonly string[]): void => {
    found.push(...faults.map((fault) => `${stop.name} (${language}, ${where}): ${fault}`));
  };
  const seen = await page.evaluate<Outline>(outline);
  say('wide', [
    ...(seen.language === language ? [] : [`speaks ${seen.language}`]),
    ...(seen.headings === 1 ? [] : [`has ${seen.headings} first headings`]),
    ...(seen.title.length > 3 ? [] : ['has no title']),
    ...(stop.faulty && seen.focused !== 'error-summary' ? [`has its focus on "${seen.focused}"`] : []),
  ]);
  for (const width of [wide, narrow]) {
    await page.setViewportSize({ width, height });
    for (const theme of ['light', 'dark'] as const) {
      if (language !== closestLooked && (width === narrow || theme === 'dark')) continue;
      await page.emulateMedia({ colorScheme: theme });
      say(`${width}, ${theme}`, await violations(page, theme === 'light' ? everyRule : colourRules));
    }
  }
  const { width } = await page.evaluate<Outline>(outline);
  await page.evaluate(roomyText);
  const { width: roomyWidth } = await page.evaluate<Outline>(outline);
  if (width > narrow) say('narrow', [`is ${width} px wide`]);
  if (roomyWidth > Math.max(width, narrow)) say('narrow, with roomy text', [`is ${roomyWidth} px wide`]);
  await page.setViewportSize({ width: wide, height });
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

for (const language of ['fr', 'de', 'en'] as const) {
  describe(`every page is accessible, in ${language}`, { skip: skipWithout('chromium', chromium()) }, () => {
    let walkers: readonly Walker[];
    before(async () => {
      ({ walkers } = await everybody(await openBrowser()));
    });

    it('to everybody who comes to it', async () => {
      const found: string[] = [];
      for (const { enter, stops } of walkers) {
        // A colour on its way to another one is neither of the two.
        const page = await enter({ language, context: { reducedMotion: 'reduce' } });
        for (const stop of stops) {
          await stop.open(page);
          found.push(...(await look(page, stop, language)));
        }
        await page.context().close();
      }
      assertNone(found);
    });
  });
}

describe('this look at a page can fail', { skip: skipWithout('chromium', chromium()) }, () => {
  it('for its language, headings, focus, colours, names and width', async () => {
    const page = await newReader(await openBrowser(), await servePortal());
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
    const found = (await look(page, { name: 'x', open, faulty: true }, 'fr')).join('\n');
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
