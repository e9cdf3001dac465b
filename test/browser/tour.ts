import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { digestOf } from '../../src/core/accounts/tenants/set-up.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { newPage, reserveOrigin, signIn, type PageOptions, type ServedPortal } from '../support/browser.ts';
import { openPortal } from '../support/portal.ts';
import { aCrowd, longName } from './crowd.ts';
import { aSecondFactorUser, totpCode, type SecondFactorUser } from '../support/second-factor.ts';
import { codeStops, ownersStops, removalStops, setUpStops } from './stops.second-factor.ts';
import { linkWalkers } from './stops.links.ts';
import { importStops } from './stops.imports.ts';
import { supportStops } from './stops.support.ts';
import { adminsStops, at, pendingStops, users, usersStops, visitorsStops, type Stop } from './stops.ts';
import * as setUpStore from '../../src/core/accounts/stores/set-up.store.ts';

/** A kind of user, with every page available to them. */
export interface Walker {
  readonly name: string;
  readonly enter: (wishes: PageOptions) => Promise<Page>;
  readonly stops: readonly Stop[];
}

/** A portal in a region whose users are managed elsewhere. */
async function serveElsewhere(): Promise<ServedPortal> {
  const { origin, serve } = await reserveOrigin();
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

/** Every kind of user of the portal, with all their pages. */
export async function everybody(browser: Browser): Promise<Tour> {
  const { origin, serve } = await reserveOrigin();
  const portal = serve(
    await openPortal({
      environment: { BASE_URL: origin, REGION_URLS: `worldwide=${origin},germany=http://localhost:3001` },
    }),
  );
  const crowd = await aCrowd(portal);
  const { tenant, admin, patient, user } = crowd;
  const token = randomUUID();
  await setUpStore.replace(portal.database, digestOf(token));
  const elsewhere = await serveElsewhere();
  const abroad = await aTenant(elsewhere, { language: 'de' });
  const adminAbroad = await aUser(elsewhere, abroad, { administratorLevel: 'global' });

  const owner = await aSecondFactorUser(portal, await aUser(portal, tenant, { displayName: longName }));
  const strict = await aTenant(portal, { language: 'fr' });
  await portal.database.knex('tenants').where({ id: strict.id }).update({ own_rules: '{"secondFactor":"everybody"}' });
  const strictUser = await aUser(portal, strict);

  // Set the language cookie, which takes precedence over everything else that determines the language.
  const come = async (to: ServedPortal, { language = 'fr', ...wishes }: PageOptions): Promise<Page> => {
    const page = await newPage(browser, to, { language, ...wishes });
    const name = `parvis-${to.config.rules.region}-language`;
    await page.context().addCookies([{ name, value: language, url: to.origin }]);
    return page;
  };
  const as =
    (who: TestUser, to = portal) =>
    async (wishes: PageOptions) =>
      signIn(await come(to, wishes), who);
  const support = await supportStops(portal, tenant, admin);
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
        // Create another session that can be ended.
        await (await as(user)(wishes)).context().close();
        return as(user)(wishes);
      },
      stops: usersStops,
    },
    { name: 'user with a second factor', enter: byCode(portal, come, owner), stops: ownersStops(portal, owner) },
    {
      name: 'user without the code',
      enter: async (wishes) => signIn(await come(portal, wishes), owner.user, 'code'),
      stops: codeStops,
    },
    { name: 'user who must set up a second factor', enter: as(strictUser), stops: setUpStops },
    { name: 'administrator', enter: as(admin), stops: [...adminsStops(crowd), ...removalStops(owner.user, patient)] },
    ...(await linkWalkers(browser, portal, come)),
    { name: 'importer', enter: as(admin), stops: await importStops(portal, tenant, admin, patient) },
    { name: 'administrator with support', enter: as(admin), stops: support.ofAdmins },
    { name: 'operator', enter: as(support.inside), stops: support.ofOperators },
    {
      name: 'operator without a grant',
      enter: as(support.outside),
      stops: [at('dashboard of an operator without a grant', '/dashboard')],
    },
    {
      name: 'administrator in another region',
      enter: as(adminAbroad, elsewhere),
      stops: [
        at('managed elsewhere', users),
        at('dashboard in another region', '/dashboard'),
        at('account settings in another region', '/account-settings'),
      ],
    },
  ];
  return { portal, walkers };
}

const byCode =
  (portal: ServedPortal, come: (to: ServedPortal, wishes: PageOptions) => Promise<Page>, owner: SecondFactorUser) =>
  async (wishes: PageOptions): Promise<Page> => {
    const page = await signIn(await come(portal, wishes), owner.user, 'code');
    portal.clock.now += 60_000;
    await page.fill('[name=code]', totpCode(portal, owner.seed));
    await page.press('[name=code]', 'Enter');
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    return page;
  };
