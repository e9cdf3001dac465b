import { linkLifetimeMs, type LinkPurpose } from '../../src/domain/people/one-time-link.ts';
import {
  absoluteLimitMs,
  idleLimitMs,
  passwordChangeWindowMs,
  temporaryPasswordLifetimeMs,
} from '../../src/domain/regions.ts';
import { createLinkTokens } from '../../src/core/accounts/links/tokens.ts';
import * as linksStore from '../../src/core/accounts/stores/links.store.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { importRetentionMs } from '../../src/domain/imports.ts';
import { paths } from '../../src/site/http/paths.ts';
import { aPendingRequest, aTenantWithApprovals, hourMs } from './approvals.ts';
import { aTenant, aUser } from './builders.ts';
import { aStagedImport, importPath } from './imports.ts';
import { anOperator, aSupportedTenant, grantSupport } from './operators.ts';
import { aPerson, type Person } from './person.ts';
import type { Portal } from './portal.ts';

const minuteMs = 60_000;
const english = { 'Accept-Language': 'en' };

/** A kind of access that is granted for a limited time, such as a session. */
export interface GrantedAccess {
  readonly name: string;
  /** The time for which the access is valid, in ms. */
  readonly periodMs: (portal: Portal) => number;
  /** Grants the access at the time of the portal's clock. @returns a function that checks whether it is still valid */
  readonly grant: (portal: Portal) => Promise<() => Promise<boolean>>;
}

const isInside = async (person: Person, path: string): Promise<boolean> => (await person.visit(path)).path === path;

async function signedIn(portal: Portal, password: 'own' | 'temporary') {
  const tenant = await aTenant(portal, { language: 'en' });
  const user = await aUser(portal, tenant, { password });
  return { user, person: await aPerson(portal, english).signIn(user) };
}

/** Adds a user with a temporary password and records this, as every action that issues such a password does. */
async function aNewUser(portal: Portal) {
  const tenant = await aTenant(portal, { language: 'en' });
  const user = await aUser(portal, tenant, { password: 'temporary' });
  await activityStore.record(portal.database, tenant.scope, { kind: 'user.added' }, user.id, portal.clock.now);
  return { tenant, user };
}

async function grantLink(portal: Portal, purpose: LinkPurpose): Promise<() => Promise<boolean>> {
  const { clock, config, database } = portal;
  const { tenant, user } = await aNewUser(portal);
  const { id, digest, address } = createLinkTokens(config.sessionSecrets, (token) => `/link/${token}`).issue();
  const expiresAt = clock.now + linkLifetimeMs(purpose, config.rules.handOver.linkHours);
  const link = { id, digest, userId: user.id, purpose, epoch: user.epoch, createdAt: clock.now, expiresAt };
  await linksStore.insertMany(database, tenant.scope, [link]);
  return async () => (await aPerson(portal, english).visit(address)).status === 200;
}

/** Everything that grants access and expires. */
export const grantedAccess: readonly GrantedAccess[] = [
  {
    name: 'a session',
    periodMs: ({ config }) => idleLimitMs(config.rules),
    grant: async (portal) => {
      const { person } = await signedIn(portal, 'own');
      return () => isInside(person, paths.dashboard);
    },
  },
  {
    name: 'a session in use',
    periodMs: ({ config }) => absoluteLimitMs(config.rules),
    grant: async (portal) => {
      const { user, person } = await signedIn(portal, 'own');
      const sessions = portal.database.knex('user_sessions').where({ user_id: user.id });
      return async () => {
        await sessions.clone().update({ seen_at: portal.clock.now - minuteMs });
        return isInside(person, paths.dashboard);
      };
    },
  },
  {
    name: 'a session with a temporary password',
    periodMs: ({ config }) => passwordChangeWindowMs(config.rules),
    grant: async (portal) => {
      const { person } = await signedIn(portal, 'temporary');
      return () => isInside(person, paths.changePassword);
    },
  },
  {
    name: 'a temporary password',
    periodMs: ({ config }) => temporaryPasswordLifetimeMs(config.rules),
    grant: async (portal) => {
      const { user } = await aNewUser(portal);
      return async () => (await aPerson(portal, english).signIn(user)).path === paths.changePassword;
    },
  },
  ...(['handOver', 'recovery'] as const).map((purpose) => ({
    name: `a one-time link (${purpose})`,
    periodMs: ({ config }: Portal) => linkLifetimeMs(purpose, config.rules.handOver.linkHours),
    grant: (portal: Portal) => grantLink(portal, purpose),
  })),
  {
    name: 'a support grant',
    periodMs: () => 2 * hourMs,
    grant: async (portal) => {
      const supported = await aSupportedTenant(portal);
      const operator = await anOperator(portal);
      await grantSupport(portal, supported, operator, { hours: '2' });
      return async () => (await aPerson(portal, english).signIn(operator)).text.includes('Imports fail');
    },
  },
  {
    name: 'a request for approval',
    periodMs: ({ config }) => config.rules.twoAdministrators.withinHours * hourMs,
    grant: async (portal) => {
      const fixture = await aTenantWithApprovals(portal);
      const address = await aPendingRequest(fixture);
      return async () => !(await (await fixture.as(fixture.other)).visit(address)).text.includes('Expired');
    },
  },
  {
    name: 'a staged import',
    periodMs: () => importRetentionMs,
    grant: async (portal) => {
      const tenant = await aTenant(portal, { language: 'en' });
      const admin = await aUser(portal, tenant, { administratorLevel: 'global' });
      const id = await aStagedImport(portal, tenant, admin);
      return async () =>
        (await (await aPerson(portal, english).signIn(admin)).visit(`${importPath}/${id}`)).status === 200;
    },
  },
];
