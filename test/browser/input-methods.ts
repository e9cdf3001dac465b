import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';

/** Operates a page by the visible texts of its links, buttons and labels. */
export interface Input {
  follow(link: string): Promise<void>;
  press(button: string): Promise<void>;
  type(label: string, text: string): Promise<void>;
}

const link = (page: Page, name: string): Locator => page.getByRole('link', { name }).first();
const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
const field = (page: Page, label: string): Locator =>
  page.getByLabel(label, { exact: true }).and(page.locator('input'));

export const withMouse = (page: Page): Input => ({
  follow: (name) => link(page, name).click(),
  press: (name) => button(page, name).click(),
  type: (label, text) => field(page, label).fill(text),
});

/** Uses only Tab, Enter and typing. Fails if the focus is not visible. */
export function withKeyboard(page: Page): Input {
  const enter = async (target: Locator): Promise<void> => {
    await tabTo(page, target);
    await page.keyboard.press('Enter');
  };
  return {
    follow: (name) => enter(link(page, name)),
    press: (name) => enter(button(page, name)),
    type: async (label, text) => {
      await tabTo(page, field(page, label));
      await page.keyboard.type(text);
    },
  };
}

const maxPresses = 60;

async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < maxPresses; presses++) {
    await page.keyboard.press('Tab');
    await assertVisibleFocus(page);
    if ((await target.and(page.locator(':focus')).count()) === 1) return;
  }
  assert.fail(`${String(target)} is not within ${maxPresses} presses of Tab on ${page.url()}`);
}

interface Focus {
  name: string;
  ring: boolean;
  shown: boolean;
}

// The center of the focused element is on screen and not covered (WCAG 2.4.11), and it has a focus ring.
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
  // Scrolling to the focused element takes a moment.
  for (let waits = 0; !seen.shown && waits < 20; waits++) {
    await wait(50);
    seen = await page.evaluate<Focus>(focus);
  }
  assert.ok(seen.ring, `There is no ring around ${seen.name} on ${page.url()}`);
  assert.ok(seen.shown, `${seen.name} has the focus but cannot be seen on ${page.url()}`);
}
