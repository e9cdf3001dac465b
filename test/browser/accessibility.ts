import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { assertNone } from '../support/assert-none.ts';
import { chromium, skipWithout } from '../support/services.ts';
import type { PageState } from './pages.ts';
import { allVisitors } from './tour.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const conformance = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const everyRule: RunOptions = {
  runOnly: { type: 'tag', values: conformance },
  resultTypes: ['violations', 'incomplete'],
};
const only = (...values: string[]): RunOptions => ({
  runOnly: { type: 'rule', values },
  resultTypes: ['violations', 'incomplete'],
});
const colors = ['color-contrast', 'link-in-text-block'];
const layout = ['target-size', 'scrollable-region-focusable', 'skip-link'];

// axe cannot determine the contrast on a gradient and would report the whole sign-in page as undecided. The replacement
// is the color of the gradient that is closest to the text.
const plainGround = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    '.minimal-layout { background: var(--portal-accent-ground) } .minimal-layout::before { content: none }' +
    'select { background-image: none !important }'
  );
  document.adoptedStyleSheets = [sheet];
}`;

const wide = 1280;
/** The width of a window of 1280 px at a zoom of 400% (WCAG 1.4.10). */
const narrow = 320;
const height = 900;

/** How a page is displayed while axe checks it. */
export interface Viewport {
  readonly width: number;
  readonly theme: 'light' | 'dark';
  readonly rules: RunOptions;
}

/**
 * Every rule on a desktop, and on a small screen in the dark theme the rules that can give another result there: colors
 * differ only in the theme, and sizes and positions only on a small screen.
 */
export const mainViewports: readonly Viewport[] = [
  { width: narrow, theme: 'dark', rules: only(...colors, ...layout) },
  { width: wide, theme: 'light', rules: everyRule },
];
/** Every rule on a desktop and on a small screen, and the colors of both themes. */
export const allViewports: readonly Viewport[] = [
  { width: narrow, theme: 'light', rules: everyRule },
  { width: narrow, theme: 'dark', rules: only(...colors) },
  { width: wide, theme: 'dark', rules: only(...colors) },
  { width: wide, theme: 'light', rules: everyRule },
];

async function show(page: Page, { width, theme }: Viewport): Promise<void> {
  await page.emulateMedia({ colorScheme: theme });
  await showWidth(page, width);
  // Enlarge the viewport to the whole page, because axe cannot determine the colors of elements at its edge.
  const length = await page.evaluate<number>('document.scrollingElement.scrollHeight');
  if (length > (page.viewportSize()?.height ?? 0)) await page.setViewportSize({ width, height: length });
}

// Each change of the viewport takes as long as loading half a page.
async function showWidth(page: Page, width: number): Promise<void> {
  if (page.viewportSize()?.width !== width) await page.setViewportSize({ width, height });
}

async function violations(page: Page, options: RunOptions): Promise<string[]> {
  // The page's CSP would reject a script element, but not code evaluated through the debugger.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe);
  await page.evaluate(plainGround);
  const results = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  assert.ok(results.passes.length > 0, 'axe checked nothing');
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

// Text spacing that users may set (WCAG 1.4.12).
const roomyText = `{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(
    '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }' +
    'p { margin-block-end: 2em !important }'
  );
  document.adoptedStyleSheets = [sheet];
}`;

/** @returns the problems found on a page, checked by axe in these viewports */
export async function inspectPage(
  page: Page,
  state: PageState,
  language: string,
  viewports: readonly Viewport[],
): Promise<string[]> {
  const found: string[] = [];
  const say = (where: string, faults: readonly string[]): void => {
    found.push(...faults.map((fault) => `${state.name} (${language}, ${where}): ${fault}`));
  };
  const seen = await page.evaluate<Outline>(outline);
  say('wide', [
    ...(seen.language === language ? [] : [`speaks ${seen.language}`]),
    ...(seen.headings === 1 ? [] : [`has ${seen.headings} first headings`]),
    ...(seen.title.length > 3 ? [] : ['has no title']),
    ...(state.hasErrors && seen.focused !== 'error-summary' ? [`has its focus on "${seen.focused}"`] : []),
  ]);
  await showWidth(page, narrow);
  const { width } = await page.evaluate<Outline>(outline);
  await page.evaluate(roomyText);
  const { width: roomyWidth } = await page.evaluate<Outline>(outline);
  await page.evaluate('document.adoptedStyleSheets = []');
  if (width > narrow) say('narrow', [`is ${width} px wide`]);
  if (roomyWidth > Math.max(width, narrow)) say('narrow, with roomy text', [`is ${roomyWidth} px wide`]);
  for (const each of viewports) {
    await show(page, each);
    say(`${each.width}, ${each.theme}`, await violations(page, each.rules));
  }
  return found;
}

/**
 * Tests every page state in one language: language, headings, title, focus and width, and the findings of axe.
 */
export function testAccessibility(language: 'en' | 'fr' | 'de', viewports: readonly Viewport[]): void {
  describe(`accessibility in ${language}`, { skip: skipWithout('chromium', chromium()) }, () => {
    it('has no findings on any page', async () => {
      const { visitors } = await allVisitors(await openBrowser());
      const found: string[] = [];
      for (const { enter, pages } of visitors) {
        // Without reduced motion, axe would measure a color in the middle of a transition.
        const page = await enter({ language, context: { reducedMotion: 'reduce' } });
        for (const state of pages) {
          await state.open(page);
          found.push(...(await inspectPage(page, state, language, viewports)));
        }
        await page.context().close();
      }
      assertNone(found);
    });
  });
}
