import type { Route } from '../../src/site/http/routing.ts';
import { oneTimeLinkUrls, paths, fillPath } from '../../src/site/http/paths.ts';
import { createLinkTokens } from '../../src/core/accounts/links/tokens.ts';
import { setupTokenDigest } from '../../src/core/accounts/tenants/setup-token.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { aStoredRequest } from '../support/approvals.ts';
import { aStagedImport } from '../support/imports.ts';
import type { Person } from '../support/person.ts';
import { openPortal, type Portal, type PortalOptions } from '../support/portal.ts';
import { sendRaw, type RawResponse } from '../support/responses.ts';
import * as linksStore from '../../src/core/accounts/stores/links.store.ts';
import * as setupTokenStore from '../../src/core/accounts/stores/setup-token.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

export const setupToken = 'a'.repeat(43);
const linkToken = Array(7).fill('AAAA').join('-');

/** A listening portal with a user of every level and a valid setup link. */
export interface PortalWithUsers {
  readonly portal: Portal;
  readonly origin: string;
  readonly tenant: TestTenant;
  readonly global: TestUser;
  readonly userManager: TestUser;
  readonly billing: TestUser;
  readonly plainUser: TestUser;
  /** The path of a route, with its placeholders replaced by existing IDs. */
  readonly addressOf: (route: Pick<Route, 'path'>) => string;
  /** Sends a request with a user's cookies, without normalizing its path. */
  readonly send: (request: Sent) => Promise<RawResponse>;
}

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly person?: Person | undefined;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function openPortalWithUsers(options: PortalOptions = {}): Promise<PortalWithUsers> {
  const portal = await openPortal(options);
  const origin = await portal.listen();
  const tenant = await aTenant(portal, { language: 'en', name: 'Canary Tenant' });
  await setupTokenStore.replace(portal.database, setupTokenDigest(setupToken));
  const person = (displayName: string, administratorLevel: TestUser['administratorLevel']) =>
    aUser(portal, tenant, { displayName, administratorLevel, language: 'en' });
  const plainUser = await person('Zoé Besson', 'none');
  const global = await person('Camille Laurent', 'global');
  const importId = await aStagedImport(portal, tenant, global);
  const approvalId = await aStoredRequest(portal, tenant, global);
  const deleted = await aUser(portal, tenant, {
    displayName: 'Paul Petit',
    state: 'deleted',
    deletedAt: portal.clock.now,
  });
  const pending = await aUser(portal, tenant, { displayName: 'Lena Vogt', password: 'temporary' });
  await linksStore.insertMany(portal.database, tenant.scope, [
    {
      ...{ id: 'an open link', userId: pending.id, purpose: 'handOver', epoch: pending.epoch },
      digest: createLinkTokens([], oneTimeLinkUrls(portal.config.baseUrl)).digestOf(linkToken) ?? '',
      ...{ createdAt: portal.clock.now, expiresAt: portal.clock.now + 3_600_000 },
    },
  ]);
  const tokenFor = (path: string): string => (path === paths.oneTimeLink ? linkToken : setupToken);
  // A user must be deleted before they can be erased.
  const userFor = (path: string): TestUser => (path === paths.eraseUser ? deleted : plainUser);
  const billing = await person('Ada Müller', 'billing');
  // A low limit, so that approval can be requested.
  await tenantsStore.setOwnRules(portal.database, tenant.scope, { deleteMany: 'two', deleteMoreThan: 1 });
  const chosenFor: Readonly<Record<string, string>> = {
    [paths.bulkUsers]: `?action=block&user=${plainUser.id}`,
    [paths.newApproval]: `?act=delete&user=${plainUser.id}&user=${billing.id}`,
  };
  return {
    ...{ portal, origin, tenant, plainUser, global, billing },
    userManager: await person('Noah Klein', 'userManagement'),
    addressOf: ({ path }) => {
      const ids = { userId: userFor(path).id, token: tokenFor(path), importId, approvalId, grantId: plainUser.id };
      return fillPath(path, ids) + (chosenFor[path] ?? '');
    },
    send: ({ method, path, person: by, form, headers = {} }) =>
      sendRaw(origin, path, {
        method,
        headers: {
          // With https, send the host that a proxy would pass on. With http, the portal accepts every name of this
          // machine.
          ...(portal.config.baseUrl.protocol === 'https:' ? { Host: portal.config.baseUrl.host } : {}),
          ...(by ? { Cookie: by.cookies() } : {}),
          ...(form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}),
          ...headers,
        },
        ...(form ? { body: new URLSearchParams(form).toString() } : {}),
      }),
  };
}

/** The rows of the tables that forms change, for tests that a request had no effect. */
export async function stateOf({ knex }: Portal['database']): Promise<unknown> {
  const tables = [
    'users',
    'user_sessions',
    'tenants',
    'tenant_domains',
    'routes',
    'setup',
    'activity',
    'imports',
    'approvals',
    'one_time_links',
  ];
  return Promise.all(tables.map(async (table): Promise<unknown> => knex(table).orderBy(1).select()));
}
