import type { Page } from 'playwright-core';
import { resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { reserveOrigin, signInByRequest, type PageOptions, type ServedPortal } from '../support/browser.ts';
import { openPortal } from '../support/portal.ts';
import { aPerson } from '../support/person.ts';
import { longName } from './large-tenant.ts';
import { at, usersPage, type PageState } from './pages.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

interface LinkVisitor {
  readonly name: string;
  readonly enter: (options: PageOptions) => Promise<Page>;
  readonly pages: readonly PageState[];
}

const press = (page: Page): Promise<void> => page.locator('main form button[type=submit]').first().click();

/** Users who issue, get or request one-time links, with their pages. */
export async function linkVisitors(
  portal: ServedPortal,
  openPage: (to: ServedPortal, options: PageOptions) => Promise<Page>,
  more: Readonly<Record<string, string>>,
): Promise<LinkVisitor[]> {
  const [byLink, byMail] = await Promise.all(
    (['link', 'mailedLink'] as const).map((rule) => aTenantWithHandover(portal, rule)),
  );
  const { origin, serve } = await reserveOrigin();
  const environment = { REGION: 'china', BASE_URL: origin, REGION_URLS: `china=${origin}`, ...more };
  const alone = serve(await openPortal({ environment }));
  const link = await linkFor(portal, byLink!.admin, byLink!.user.id);
  return [
    {
      name: 'user who got a link',
      enter: (options) => openPage(portal, options),
      pages: [at('one-time link', new URL(link).pathname)],
    },
    {
      name: 'administrator who issues a link',
      enter: async (options) => signInByRequest(await openPage(portal, options), portal, byLink!.admin),
      pages: [
        at('user with a link', userPath(byLink!.user.id)),
        at('link of another user', new URL(link).pathname),
        { name: 'link revealed', open: (page) => reveal(page, byLink!.other.id) },
      ],
    },
    {
      name: 'administrator whose users get links by email',
      enter: async (options) => signInByRequest(await openPage(portal, options), portal, byMail!.admin),
      pages: [
        at('confirmation of a mailed link', resetPasswordPath(byMail!.user.id)),
        at('bulk confirmation of mailed links', `${usersPage}/bulk?action=reset&user=${byMail!.user.id}`),
        {
          name: 'link mailed',
          open: async (page) => {
            await page.goto(resetPasswordPath(byMail!.user.id));
            await press(page);
            await page.locator('.notice-success').waitFor();
          },
        },
      ],
    },
    {
      name: 'visitor who recovers access',
      enter: (options) => openPage(alone, options),
      pages: [
        at('recovery', '/recover-access'),
        {
          name: 'recovery requested',
          open: async (page) => {
            await alone.database.knex('throttles').delete();
            await page.goto('/recover-access');
            await page.fill('main [name=username]', 'nobody@nowhere.example');
            await press(page);
            await page.locator('main form').waitFor({ state: 'detached' });
          },
        },
      ],
    },
  ];
}

async function aTenantWithHandover(portal: ServedPortal, handOver: 'link' | 'mailedLink') {
  const tenant = await aTenant(portal);
  await tenantsStore.setOwnRules(portal.database, tenant.scope, { handOver });
  const admin = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  return {
    admin,
    user: await aUser(portal, tenant, { displayName: longName }),
    other: await aUser(portal, tenant),
  };
}

/** Resets a user's password by HTTP requests. @returns the link shown to the administrator */
async function linkFor(portal: ServedPortal, admin: TestUser, userId: string): Promise<string> {
  const person = await (await aPerson(portal).signIn(admin)).visit(resetPasswordPath(userId));
  await person.submit('Réinitialiser le mot de passe');
  return person.$('#hand-over-link').text().trim();
}

/** @returns the link shown after a reset */
async function reveal(page: Page, userId: string): Promise<string> {
  await page.goto(resetPasswordPath(userId));
  await press(page);
  return page.locator('#hand-over-link').innerText();
}
