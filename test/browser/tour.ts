import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { setupTokenDigest } from '../../src/core/accounts/tenants/setup-token.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { newPage, reserveOrigin, signInByRequest, type PageOptions, type ServedPortal } from '../support/browser.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aLargeTenant, longName } from './large-tenant.ts';
import { aSecondFactorUser, totpCode, type SecondFactorUser } from '../support/second-factor.ts';
import { codePages, secondFactorPages, removalPages, setupPages } from './pages.second-factor.ts';
import { linkVisitors } from './pages.links.ts';
import { importPages } from './pages.imports.ts';
import { supportPages } from './pages.support.ts';
import { adminPages, at, pendingPages, usersPage, userPages, visitorPages, type PageState } from './pages.ts';
import * as setupTokenStore from '../../src/core/accounts/stores/setup-token.store.ts';

/** A kind of user, with every page available to them. */
export interface Visitor {
  readonly name: string;
  readonly enter: (options: PageOptions) => Promise<Page>;
  readonly pages: readonly PageState[];
}

/** A portal in a region whose users are managed elsewhere. */
async function serveElsewhere(more: Environment): Promise<ServedPortal> {
  const { origin, serve } = await reserveOrigin();
  const rules = path.join(import.meta.dirname, '../../rules/germany-historical.json');
  const environment = {
    REGION: 'germany',
    REGION_RULES: rules,
    BASE_URL: origin,
    REGION_URLS: `worldwide=http://localhost:3000,germany=${origin}`,
    ...more,
  };
  return serve(await openPortal({ environment }));
}

export interface Tour {
  readonly portal: ServedPortal;
  readonly visitors: readonly Visitor[];
}

type Environment = Readonly<Record<string, string>>;

/**
 * Every kind of user of the portal, with all their pages.
 * @param more environment variables of the portals, such as LOCALES_DIR
 */
export async function allVisitors(browser: Browser, more: Environment = {}): Promise<Tour> {
  const { origin, serve } = await reserveOrigin();
  const portal = serve(
    await openPortal({
      environment: { BASE_URL: origin, REGION_URLS: `worldwide=${origin},germany=http://localhost:3001`, ...more },
    }),
  );
  const largeTenant = await aLargeTenant(portal);
  const { tenant, admin, patient, user } = largeTenant;
  const token = randomUUID();
  await setupTokenStore.replace(portal.database, setupTokenDigest(token));
  const elsewhere = await serveElsewhere(more);
  const germanTenant = await aTenant(elsewhere, { language: 'de' });
  const germanAdmin = await aUser(elsewhere, germanTenant, { administratorLevel: 'global' });

  const owner = await aSecondFactorUser(portal, await aUser(portal, tenant, { displayName: longName }));
  const strict = await aTenant(portal, { language: 'fr' });
  await portal.database.knex('tenants').where({ id: strict.id }).update({ own_rules: '{"secondFactor":"everybody"}' });
  const strictUser = await aUser(portal, strict);

  // Set the language cookie, which takes precedence over everything else that determines the language.
  const openPage = async (to: ServedPortal, { language = 'fr', ...options }: PageOptions): Promise<Page> => {
    const page = await newPage(browser, to, { language, ...options });
    const name = `parvis-${to.config.rules.region}-language`;
    await page.context().addCookies([{ name, value: language, url: to.origin }]);
    return page;
  };
  const as =
    (who: TestUser, to = portal) =>
    async (options: PageOptions) =>
      signInByRequest(await openPage(to, options), to, who);
  const support = await supportPages(portal, tenant, admin);
  const visitors: Visitor[] = [
    { name: 'visitor', enter: (options) => openPage(portal, options), pages: visitorPages(token) },
    {
      name: 'pending user',
      enter: async (options) =>
        as(await aUser(portal, tenant, { password: 'temporary', passwordSetBy: longName }))(options),
      pages: pendingPages,
    },
    {
      name: 'user',
      enter: async (options) => {
        // Create another session that can be ended.
        await aPerson(portal).signIn(user);
        return as(user)(options);
      },
      pages: userPages,
    },
    {
      name: 'user with a second factor',
      enter: byCode(portal, openPage, owner),
      pages: secondFactorPages(portal, owner),
    },
    {
      name: 'user without the code',
      enter: async (options) => signInByRequest(await openPage(portal, options), portal, owner.user),
      pages: codePages,
    },
    { name: 'user who must set up a second factor', enter: as(strictUser), pages: setupPages },
    {
      name: 'administrator',
      enter: as(admin),
      pages: [...adminPages(largeTenant), ...removalPages(owner.user, patient)],
    },
    ...(await linkVisitors(portal, openPage, more)),
    { name: 'importer', enter: as(admin), pages: await importPages(portal, tenant, admin, patient) },
    { name: 'administrator with support', enter: as(admin), pages: support.ofAdmins },
    { name: 'operator', enter: as(support.inside), pages: support.ofOperators },
    {
      name: 'operator without a grant',
      enter: as(support.outside),
      pages: [at('dashboard of an operator without a grant', '/dashboard')],
    },
    {
      name: 'administrator in another region',
      enter: as(germanAdmin, elsewhere),
      pages: [
        at('managed elsewhere', usersPage),
        at('dashboard in another region', '/dashboard'),
        at('account settings in another region', '/account-settings'),
      ],
    },
  ];
  return { portal, visitors };
}

const byCode =
  (
    portal: ServedPortal,
    openPage: (to: ServedPortal, options: PageOptions) => Promise<Page>,
    owner: SecondFactorUser,
  ) =>
  async (options: PageOptions): Promise<Page> => {
    const page = await signInByRequest(await openPage(portal, options), portal, owner.user);
    await page.goto('/sign-in/code');
    portal.clock.now += 60_000;
    await page.fill('[name=code]', totpCode(portal, owner.seed));
    await page.press('[name=code]', 'Enter');
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    return page;
  };
