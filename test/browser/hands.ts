import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';

/** How somebody uses a page: everything is named by the words that they read on it. */
export interface Hands {
  follow(link: string): Promise<void>;
  press(button: string): Promise<void>;
  type(label: string, text: string): Promise<void>;
}

const link = (page: Page, name: string): Locator => page.getByRole('link', { name }).first();
const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
const field = (page: Page, label: string): Locator =>
  page.getByLabel(label, { exact: true }).and(page.locator('input'));

export const withMouse = (page: Page): Hands => ({
  follow: (name) => link(page, name).click(),
  press: (name) => button(page, name).click(),
  type: (label, text) => field(page, label).fill(text),
});

/** With Tab, Enter and letters only; fails when a reader could not see where the focus is. */
export function withKeyboard(page: Page): Hands {
  const enter = async (target: Locator): Promise<void> => {
    await reach(page, target);
    await page.keyboard.press('Enter');
  };
  return {
    follow: (name) => enter(link(page, name)),
    press: (name) => enter(button(page, name)),
    type: async (label, text) => {
      await reach(page, field(page, label));
      await page.keyboard.type(text);
    },
  };
}

const maxStops = 60;

async function reach(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stops = 0; stops < maxStops; stops++) {
    await page.keyboard.press('Tab');
    await assertVisibleFocus(page);
    if ((await target.and(page.locator(':focus')).count()) === 1) return;
  }
  assert.fail(`${String(target)} is not within ${maxStops} stops of Tab on ${page.url()}`);
}

interface Focus {
  name: string;
  ring: boolean;
  shown: boolean;
}

// The middle of what has the focus is on the screen and under nothing else (WCAG 2.4.11), and a ring is around it.
const focus = `(() => {
  const element = document.activeElement;
  if (element === document.body || element === null) return { name: 'nothing', ring: true, shown: true };
  const { x, y, width, height } = element.getBoundingClientRect();
  const hit = document.elementFromPoint(x + width / 2, y + height / 2);
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return {
    name: element.outerHTML.slice(0, 120),
    ring: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
    shown: element.contains(hit),
  };
})()`;

async function assertVisibleFocus(page: Page): Promise<void> {
  let seen = await page.evaluate<Focus>(focus);
  // Scrolling to what has the focus takes a moment.
  for (let waits = 0; !seen.shown && waits < 20; waits++) {
    await wait(50);
    seen = await page.evaluate<Focus>(focus);
  }
  assert.ok(seen.ring, `There is no ring around ${seen.name} on ${page.url()}`);
  assert.ok(seen.shown, `${seen.name} has the focus but cannot be seen on ${page.url()}`);
}
