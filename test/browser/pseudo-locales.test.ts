import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { assertNone } from '../support/assert-none.ts';
import { openBrowser } from '../support/browser.ts';
import { accented, mirrored, pseudoLocales, type PseudoLocale } from '../support/pseudo-locales.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { allVisitors } from './tour.ts';

const height = 900;
const widths = [1280, 320];
// Pages in regions whose own rules file does not offer the pseudo-locales are not counted.
const minPages = 80;

interface Seen {
  readonly language: string;
  readonly direction: string;
  readonly width: number;
  readonly texts: readonly string[];
}

/*
 * Every visible text outside of elements that show data: names and addresses are in <bdi> or marked as not translatable,
 * dates are in <time>, and languages are named in themselves. Labels of controls are attributes.
 */
const texts = `(() => {
  const data = 'bdi, time, code, script, style, noscript, svg, [translate=no], select[name=language], [lang]:not(html)';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [document.title];
  while (walker.nextNode()) {
    const { parentElement, data: text } = walker.currentNode;
    if (!parentElement.closest(data)) found.push(text);
  }
  for (const name of ['aria-label', 'placeholder', 'title', 'alt'])
    for (const element of document.querySelectorAll('[' + name + ']'))
      if (!element.closest('[translate=no], [lang]:not(html)')) found.push(element.getAttribute(name));
  return {
    language: document.documentElement.lang,
    direction: getComputedStyle(document.documentElement).direction,
    width: document.scrollingElement.scrollWidth,
    texts: found.map((text) => text.trim()).filter(Boolean),
  };
})()`;

/** @returns what is wrong with a text of a page in a pseudo-locale; null if nothing is */
export function faultOf(text: string): string | null {
  let depth = 0;
  let outside = '';
  for (const letter of text) {
    if (letter === '⟦') {
      if (depth === 0 && /⟧/.test(outside) && !/⟧\s*[·–—|/]\s*$/.test(outside)) return 'is glued from several texts';
      depth++;
    } else if (letter === '⟧') {
      depth--;
      if (depth === 0) outside += letter;
    } else if (depth === 0) outside += letter;
  }
  return /\p{L}{2}/u.test(outside) ? 'is not translated' : null;
}

async function inspect(page: Page, locale: PseudoLocale): Promise<{ seen: Seen; faults: string[] }> {
  await page.setViewportSize({ width: widths[0] ?? 0, height });
  const seen = await page.evaluate<Seen>(texts);
  const faults = seen.texts.flatMap((text) => {
    const fault = faultOf(text);
    return fault === null ? [] : [`"${text.slice(0, 120)}" ${fault}`];
  });
  if (seen.direction !== locale.direction) faults.push(`is written ${seen.direction}`);
  for (const width of widths) {
    await page.setViewportSize({ width, height });
    const now = await page.evaluate<number>('document.scrollingElement.scrollWidth');
    if (now > width) faults.push(`is ${now} px wide on a screen of ${width} px`);
  }
  return { seen, faults };
}

describe('the check of texts', () => {
  for (const [text, fault] of [
    ['⟦Ŝàṽé⟧', null],
    ['⟦Ŝàṽé Zoé Besson⟧', null],
    ['⟦À ⟦Ƀ⟧ Ç⟧', null],
    ['⟦À⟧ · ⟦Ƀ⟧', null],
    ['42', null],
    ['Save', 'is not translated'],
    ['⟦Ŝàṽé⟧ now', 'is not translated'],
    ['⟦À⟧ ⟦Ƀ⟧', 'is glued from several texts'],
    ['⟦À⟧, ⟦Ƀ⟧', 'is glued from several texts'],
  ] as const) {
    it(`${text}: ${fault ?? 'nothing wrong'}`, () => assert.equal(faultOf(text), fault));
  }
});

describe('every page in a pseudo-locale', { skip: skipWithout('chromium', chromium()) }, async () => {
  const LOCALES_DIR = pseudoLocales([accented, mirrored]);

  for (const locale of [accented, mirrored]) {
    it(`${locale.tag}: no overflow, no untranslated text, no glued sentence`, async () => {
      const { visitors } = await allVisitors(await openBrowser(), { LOCALES_DIR });
      const found = new Set<string>();
      let pages = 0;
      for (const { enter, pages: states } of visitors) {
        const page = await enter({ language: locale.tag, context: { reducedMotion: 'reduce' } });
        for (const state of states) {
          await state.open(page);
          const { seen, faults } = await inspect(page, locale);
          if (seen.language !== locale.tag) continue;
          pages++;
          for (const fault of faults) found.add(`${state.name}: ${fault}`);
        }
        await page.context().close();
      }
      assertNone([...found]);
      assert.ok(pages >= minPages, `${pages} pages`);
    });
  }
});
