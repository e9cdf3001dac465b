import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { digestOf } from '../../src/features/setup/setup.ts';
import { resetPasswordPath, userPath } from '../../src/paths.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { newReader, reserve, signIn, type ReaderWishes, type ServedPortal } from '../support/browser.ts';
import { openPortal } from '../support/portal.ts';
import { aCrowd, longName } from './crowd.ts';
import { importStops } from './tour.imports.ts';

/** A state of a page in which a reader may find it. */
export interface Stop {
  readonly name: string;
  readonly open: (page: Page) => Promise<unknown>;
  /** The answer to a form that was filled in wrongly. */
  readonly faulty?: true;
}

/** Whoever walks through the portal, and every page that they can come to. */
export interface Walker {
  readonly name: string;
  readonly enter: (wishes: ReaderWishes) => Promise<Page>;
  readonly stops: readonly Stop[];
}

const users = '/account-settings/user-management';
const press = (page: Page): Promise<void> => page.locator('main form button[type=submit]').first().click();
const at = (name: string, address: string): Stop => ({ name, open: (page) => page.goto(address) });

async function fill(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) await page.fill(`main [name=${name}]`, value);
  await press(page);
  await page.locator('.error-summary').waitFor();
}

const faulty = (name: string, address: string, fields: Readonly<Record<string, string>> = {}): Stop => ({
  name,
  faulty: true,
  open: async (page) => {
    await page.goto(address);
    await fill(page, fields);
  },
});

function visitorsStops(token: string): Stop[] {
  const toPassword = async (page: Page): Promise<void> => {
    await page.goto('/sign-in');
    await page.fill('[name=username]', 'nobody@nowhere.example');
    await press(page);
    await page.waitForURL('**/sign-in/password');
  };
  return [
    at('sign-in', '/sign-in'),
    faulty('sign-in without a name', '/sign-in'),
    { name: 'password', open: toPassword },
    {
      name: 'wrong password',
      faulty: true,
      open: async (page) => {
        await toPassword(page);
        await fill(page, { password: 'something else' });
      },
    },
    at('set-up', `/set-up/${token}`),
    faulty('set-up, filled in wrongly', `/set-up/${token}`, { newPassword: 'short' }),
    at('not found, as a visitor', '/no-such-page'),
  ];
}

const pendingStops: Stop[] = [
  at('forced change', '/change-password'),
  faulty('forced change, filled in wrongly', '/change-password', { newPassword: 'short', confirmPassword: 'other' }),
];

const ownPassword = { currentPassword: 'wrong', newPassword: 'short', confirmPassword: 'other' };
const usersStops: Stop[] = [
  at('dashboard of a user', '/dashboard'),
  at('profile', '/my-profile'),
  at('security', '/my-profile/security'),
  at('sessions', '/my-profile/sessions'),
  at('own password', '/my-profile/password'),
  faulty('own password, filled in wrongly', '/my-profile/password', ownPassword),
  at('for administrators only', users),
  at('not found', '/no-such-page'),
];

function adminsStops(admin: TestUser, patient: TestUser, blocked: TestUser): Stop[] {
  const reset = async (page: Page, change = ''): Promise<void> => {
    await page.goto(resetPasswordPath(patient.id));
    await page.evaluate(change);
    await press(page);
  };
  return [
    at('dashboard of an administrator', '/dashboard'),
    at('account settings', '/account-settings'),
    at('list', users),
    at('list, sorted and filtered', `${users}?q=a&level=none&sort=-lastSignIn`),
    at('empty list', `${users}?q=nobody+at+all`),
    at('new user', `${users}/new`),
    faulty('new user, filled in wrongly', `${users}/new`),
    at('deleted users', `${users}/deleted`),
    at('confirmation of a deletion', `${userPath(patient.id)}/delete`),
    at('user', userPath(patient.id)),
    at('blocked user', userPath(blocked.id)),
    at('oneself in the list', userPath(admin.id)),
    at('confirmation', resetPasswordPath(patient.id)),
    {
      name: 'reveal',
      open: async (page) => {
        await reset(page);
        await page.locator('#temporary-password').waitFor();
      },
    },
    {
      name: 'stale confirmation',
      open: async (page) => {
        await reset(page, 'document.querySelector("[name=epoch]").value = "-1"');
        await page.locator('a[href$=reset-password]').waitFor();
      },
    },
    {
      name: 'stale form',
      open: async (page) => {
        await reset(page, 'document.querySelector("main [name=_csrf]").value = "stale"');
        await page.locator('main code').waitFor();
      },
    },
  ];
}

/** A portal whose region has its users managed at another place. */
async function serveElsewhere(): Promise<ServedPortal> {
  const { origin, serve } = await reserve();
  const rules = path.join(import.meta.dirname, '../../rules/germany-historical.json');
  const environment = {
    REGION: 'germany',
    REGION_RULES: rules,
    BASE_URL: origin,
    REGION_URLS: `worldwide=http://localhost:3000,germany=${origin}`,
  };
  return serve(await openPortal({ environment }));
}

export interface Tour {
  readonly portal: ServedPortal;
  readonly walkers: readonly Walker[];
}

/** Everybody who can come to the portal, and every page that they can see there. */
export async function everybody(browser: Browser): Promise<Tour> {
  const { origin, serve } = await reserve();
  const portal = serve(
    await openPortal({
      environment: { BASE_URL: origin, REGION_URLS: `worldwide=${origin},germany=http://localhost:3001` },
    }),
  );
  const { tenant, admin, patient, blocked, user } = await aCrowd(portal);
  const token = randomUUID();
  await portal.stores.setup.replace(digestOf(token));
  const elsewhere = await serveElsewhere();
  const abroad = await aTenant(elsewhere, { language: 'de' });
  const adminAbroad = await aUser(elsewhere, abroad, { administratorLevel: 'global' });

  // The choice of the switcher, made before: of all that may decide a page's language it is the first to be asked.
  const come = async (to: ServedPortal, { language = 'fr', ...wishes }: ReaderWishes): Promise<Page> => {
    const page = await newReader(browser, to, { language, ...wishes });
    const name = `parvis-${to.config.rules.region}-language`;
    await page.context().addCookies([{ name, value: language, url: to.origin }]);
    return page;
  };
  const as =
    (who: TestUser, to = portal) =>
    async (wishes: ReaderWishes) =>
      signIn(await come(to, wishes), who);
  const walkers: Walker[] = [
    { name: 'visitor', enter: (wishes) => come(portal, wishes), stops: visitorsStops(token) },
    {
      name: 'pending user',
      enter: async (wishes) =>
        as(await aUser(portal, tenant, { password: 'temporary', passwordSetBy: longName }))(wishes),
      stops: pendingStops,
    },
    {
      name: 'user',
      enter: async (wishes) => {
        // There is another session to be ended.
        await (await as(user)(wishes)).context().close();
        return as(user)(wishes);
      },
      stops: usersStops,
    },
    { name: 'administrator', enter: as(admin), stops: adminsStops(admin, patient, blocked) },
    { name: 'importer', enter: as(admin), stops: await importStops(portal, tenant, admin, patient) },
    {
      name: 'administrator abroad',
      enter: as(adminAbroad, elsewhere),
      stops: [
        at('elsewhere', users),
        at('dashboard abroad', '/dashboard'),
        at('account settings abroad', '/account-settings'),
      ],
    },
  ];
  return { portal, walkers };
}
