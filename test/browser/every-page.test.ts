import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { paths } from '../../src/site/http/paths.ts';
import type { Route } from '../../src/site/http/routing.ts';
import { assertNone } from '../support/assert-none.ts';
import { openBrowser } from '../support/browser.ts';
import { accented, mirrored, pseudoLocales, type PseudoLocale } from '../support/pseudo-locales.ts';
import { chromium, skipWithout } from '../support/services.ts';
import { inspectPage, mainViewports } from './accessibility.ts';
import { allVisitors, type Visitor } from './tour.ts';
import { faultOf } from './untranslated-text.ts';
import { watch } from './watch.ts';

const height = 900;
const widths = [1280, 320];
// Pages in regions whose own rules file does not offer the pseudo-locales are not counted.
const minPages = 80;

interface Seen {
  readonly language: string;
  readonly direction: string;
  readonly texts: readonly string[];
}

/*
 * The text of each element, with \u0000 for elements that show data: names and addresses are in <bdi> or marked as not
 * translatable, and languages are named in themselves. Other child elements end a text: they have one of their own.
 */
const texts = `(() => {
  const data = 'bdi, time, code, [translate=no], select[name=language], [lang]:not(html), .person-initials';
  const ignored = 'script, style, noscript, svg';
  const found = [document.title];
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest(data + ', ' + ignored)) continue;
    let text = '';
    for (const child of element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) text += child.data;
      else if (child.nodeType === Node.ELEMENT_NODE) text += child.matches(data) ? '\\u0000' : '\\n|\\n';
    }
    found.push(...text.split('\\n|\\n'));
    for (const name of ['aria-label', 'placeholder', 'title', 'alt'])
      if (element.hasAttribute(name) && !element.matches('[data-reveal]')) found.push(element.getAttribute(name));
  }
  return {
    language: document.documentElement.lang,
    direction: getComputedStyle(document.documentElement).direction,
    texts: found.map((text) => text.trim()).filter(Boolean),
  };
})()`;

// The width of the page, and the height at its end that the background does not cover.
const extent = `(() => {
  const { scrollWidth: width, scrollHeight } = document.scrollingElement;
  const covers = document.body.matches('.minimal-layout') ? document.body.offsetHeight : scrollHeight;
  return { width, uncovered: scrollHeight - covers };
})()`;

async function inspect(page: Page, locale: PseudoLocale): Promise<{ seen: Seen; faults: string[] }> {
  const seen = await page.evaluate<Seen>(texts);
  const faults = seen.texts.flatMap((text) => {
    const fault = faultOf(text);
    return fault === null ? [] : [`"${text.slice(0, 120)}" ${fault}`];
  });
  if (seen.direction !== locale.direction) faults.push(`is written ${seen.direction}`);
  // Start with the current width, because each change takes as long as loading half a page.
  const current = page.viewportSize()?.width;
  for (const width of widths.toSorted((one, other) => Number(other === current) - Number(one === current))) {
    if (width !== page.viewportSize()?.width) await page.setViewportSize({ width, height });
    const { width: now, uncovered } = await page.evaluate<{ width: number; uncovered: number }>(extent);
    if (now > width) faults.push(`is ${now} px wide on a screen of ${width} px`);
    if (uncovered > 1) faults.push(`has no background in the last ${uncovered} px on a screen of ${width} px`);
  }
  return { seen, faults };
}

const isAdministrator = ({ name }: Visitor): boolean => name.includes('administrator');

interface Walk {
  /** What is wrong with the texts and the layout of the pages. */
  readonly faults: ReadonlySet<string>;
  /** The findings of axe, and other problems with the accessibility of the pages. */
  readonly inaccessible: readonly string[];
  /** Violations of the content security policy, errors, and requests to other hosts. */
  readonly noted: readonly string[];
  readonly paths: ReadonlySet<string>;
  readonly pages: number;
  readonly routes: readonly Route[];
}

/** Opens every page in a pseudo-locale. @param isChecked selects the visitors whose pages axe checks */
async function walk(
  locale: PseudoLocale,
  LOCALES_DIR: string,
  isChecked: (visitor: Visitor) => boolean,
): Promise<Walk> {
  const { portal, visitors } = await allVisitors(await openBrowser(), { LOCALES_DIR });
  const [faults, noted, paths] = [new Set<string>(), [] as string[], new Set<string>()];
  const inaccessible: string[] = [];
  let pages = 0;
  for (const visitor of visitors) {
    const { enter, pages: states } = visitor;
    const page = await enter({ language: locale.tag, context: { reducedMotion: 'reduce', locale: 'en-US' } });
    const notes = await watch(page);
    page.on('response', (response) => paths.add(new URL(response.url()).pathname));
    for (const state of states) {
      await state.open(page);
      const { seen, faults: found } = await inspect(page, locale);
      if (isChecked(visitor)) inaccessible.push(...(await inspectPage(page, state, seen.language, mainViewports)));
      if (seen.language !== locale.tag) continue;
      pages++;
      for (const fault of found) faults.add(`${state.name}: ${fault}`);
    }
    // Scripts of the last page may send requests after it has loaded.
    await page.waitForLoadState('networkidle');
    noted.push(...notes);
    await page.context().close();
  }
  return { faults, inaccessible, noted, paths, pages, routes: portal.routes };
}

/** @returns the pages of a portal that are not among these paths */
function pagesNotIn(seen: ReadonlySet<string>, routes: readonly Route[]): string[] {
  // These two paths only redirect.
  const redirects: readonly string[] = [paths.home, paths.wellKnownChangePassword];
  const isPage = (path: string): boolean => !redirects.includes(path) && !/[.]\w+$/.test(path);
  const matching = (path: string): RegExp => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`);
  return routes
    .filter(({ method, path }) => method === 'get' && isPage(path))
    .map(({ path }) => path)
    .filter((path) => ![...seen].some((address) => matching(path).test(address)));
}

describe('every page', { skip: skipWithout('chromium', chromium()) }, () => {
  const LOCALES_DIR = pseudoLocales([accented, mirrored]);

  for (const [locale, isChecked] of [
    [accented, isAdministrator],
    [mirrored, (visitor: Visitor) => !isAdministrator(visitor)],
  ] as const) {
    describe(`in the pseudo-locale ${locale.tag}`, () => {
      let walked: Walk;
      before(async () => (walked = await walk(locale, LOCALES_DIR, isChecked)));

      it('has no overflow, untranslated text or concatenated sentence', () => {
        assertNone([...walked.faults]);
        assert.ok(walked.pages >= minPages, `${walked.pages} pages`);
      });

      it('is accessible, if it is among the half of the pages that are checked in this locale', () =>
        assertNone(walked.inaccessible));

      it('does not violate the content security policy, log an error, open a dialog or contact another host', () =>
        assertNone(walked.noted));

      it('is opened by this test, whose list of pages the accessibility tests use too', () =>
        assertNone(pagesNotIn(walked.paths, walked.routes)));
    });
  }
});
