import { effectiveRules } from '../../../domain/tenant-rules.ts';
import { isLinkValid } from '../../../domain/people/one-time-link.ts';
import { passwordChangeWindowMs } from '../../../domain/regions.ts';
import { createScope, type RegionScope, type Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import type { KnownDevices } from '../sessions/known-devices.ts';
import type { Sessions, SessionTicket } from '../sessions/sessions.ts';
import type { FoundLink } from '../stores/links.store.ts';
import type { LinkTokens } from './tokens.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as linksStore from '../stores/links.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';
import { bind } from '../../../platform/bind.ts';
import { person } from '../../../domain/principal.ts';

export type Links = ReturnType<typeof createLinks>;

export interface LinksDependencies {
  readonly database: Database;
  readonly hasher: Hasher;
  readonly tokens: LinkTokens;
  readonly sessions: Pick<Sessions, 'openWithin'>;
  readonly devices: Pick<KnownDevices, 'issue'>;
  readonly clock: () => number;
}

async function findValid(deps: LinksDependencies, tx: Database, token: string): Promise<FoundLink | null> {
  const { tokens, clock } = deps;
  const digest = tokens.digestOf(token);
  const found = digest === null ? null : await linksStore.findAcrossTenants(tx, digest);
  return found !== null && isLinkValid(found, clock()) ? found : null;
}

// After this step, the user can choose a password only in the session that the link opens, within the allowed time.
async function consume(
  deps: LinksDependencies,
  tx: Database,
  scope: Scope,
  { id, purpose, user }: FoundLink,
): Promise<boolean> {
  const { clock, hasher } = deps;
  const at = clock();
  const unusable = {
    kind: 'temporary',
    hash: hasher.decoy,
    at,
    until: at + passwordChangeWindowMs(scope.rules),
  } as const;
  const { setBy } = await credentialsStore.getPasswordMetadata(tx, scope, user.id);
  const by = purpose === 'handOver' ? setBy : user.displayName;
  if (!(await linksStore.consume(tx, scope, id, { at, epoch: user.epoch + 1 }))) return false;
  if (!(await credentialsStore.replace(tx, scope, user.id, user.epoch, { ...unusable, by }))) return false;
  await sessionsStore.endAllOfUser(tx, scope, user.id, null);
  await activityStore.record(tx, scope, { kind: 'link.opened', purpose }, user.id, at);
  return true;
}

// The user's password and sessions are unchanged.
async function confirmBrowser(
  { clock }: LinksDependencies,
  tx: Database,
  scope: Scope,
  { id, purpose, user }: FoundLink,
): Promise<boolean> {
  const at = clock();
  if (!(await linksStore.consume(tx, scope, id, { at, epoch: user.epoch }))) return false;
  await activityStore.record(tx, scope, { kind: 'link.opened', purpose }, user.id, at);
  return true;
}

/**
 * Looks up a link without redeeming it.
 * @returns the link; null if it is unknown or no longer valid, for example because it has expired or was used
 */
export function find(deps: LinksDependencies, token: string): Promise<FoundLink | null> {
  const { database } = deps;
  return findValid(deps, database, token);
}

/**
 * What a redeemed link gives access to: the form that asks for the password, or a session in which to choose a new one.
 */
export type RedeemedLink =
  | { readonly purpose: 'signIn'; readonly username: string; readonly deviceToken: string }
  | { readonly purpose: 'handOver' | 'recovery'; readonly ticket: SessionTicket };

/**
 * Redeems a link. It opens a session in which the user must choose a password, or marks the browser as known, so that
 * the user can enter the password without delay. Only one of several concurrent requests succeeds.
 * @param device the User-Agent of the browser
 * @returns null if the link is unknown or no longer valid
 */
export async function redeem(
  deps: LinksDependencies,
  region: RegionScope,
  token: string,
  device: string,
): Promise<RedeemedLink | null> {
  const { database, clock, sessions, devices } = deps;
  const unlocked = await findValid(deps, database, token);
  if (unlocked === null) return null;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, { tenant: unlocked.tenant });
    const found = await findValid(deps, tx, token);
    if (found === null) return null;
    const { tenant, user } = found;
    const scope = createScope({
      ...region,
      rules: effectiveRules(region.rules, tenant.ownRules),
      now: clock(),
      tenant,
      principal: person(user),
    });
    const { purpose } = found;
    if (purpose === 'signIn') {
      if (!(await confirmBrowser(deps, tx, scope, found))) return null;
      return { purpose, username: user.username, deviceToken: devices.issue(user) };
    }
    if (!(await consume(deps, tx, scope, found))) return null;
    const ticket = await sessions.openWithin(tx, scope, { ...user, epoch: user.epoch + 1 }, device, 'link');
    return { purpose, ticket };
  });
}

/**
 * @returns the URL of a link that is about to be mailed; null if the link is no longer valid, or if the secret from
 * which its token was derived has been removed
 */
export async function addressForMail(deps: LinksDependencies, linkId: string): Promise<string | null> {
  const { database, clock, tokens } = deps;
  const found = await linksStore.findForMailAcrossTenants(database, linkId);
  return found !== null && isLinkValid(found, clock()) ? tokens.addressOf(found) : null;
}

/**
 * @returns the link with which the user's current credentials were issued, and whether it was opened; null if there is
 * none
 */
export function findLatest(deps: LinksDependencies, scope: Scope, user: User) {
  const { database } = deps;
  return linksStore.findLatest(database, scope, user);
}

/** One-time links. Each can be redeemed once, without a password. */
export const createLinks = (deps: LinksDependencies) => bind(deps, { find, redeem, addressForMail, findLatest });
