import { effectiveRules } from '../../../domain/tenant-rules.ts';
import { isLinkValid } from '../../../domain/people/one-time-link.ts';
import { passwordChangeWindowMs } from '../../../domain/regions.ts';
import { createScope, type RegionScope, type Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
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
  readonly clock: () => number;
}

async function find(deps: LinksDependencies, tx: Database, token: string): Promise<FoundLink | null> {
  const { tokens, clock } = deps;
  const digest = tokens.digestOf(token);
  const found = digest === null ? null : await linksStore.findAcrossTenants(tx, digest);
  return found !== null && isLinkValid(found, clock()) ? found : null;
}

// From here on nothing opens the account but the session that this makes, for as long as the change may take.
async function burn(
  deps: LinksDependencies,
  tx: Database,
  scope: Scope,
  { id, purpose, user }: FoundLink,
): Promise<boolean> {
  const { clock, hasher } = deps;
  const at = clock();
  const next = { kind: 'temporary', hash: hasher.decoy, at, until: at + passwordChangeWindowMs(scope.rules) } as const;
  const { setBy } = await credentialsStore.findPasswordFacts(tx, scope, user.id);
  const by = purpose === 'handOver' ? setBy : user.displayName;
  if (!(await linksStore.burn(tx, scope, id, { at, epoch: user.epoch + 1 }))) return false;
  if (!(await credentialsStore.replace(tx, scope, user.id, user.epoch, { ...next, by }))) return false;
  await sessionsStore.endAllOfUser(tx, scope, user.id, null);
  await activityStore.record(tx, scope, { kind: 'link.opened', purpose }, user.id, at);
  return true;
}

/** Looks at a link without touching it. @returns null for one that opens nothing, whatever the reason */
export function look(deps: LinksDependencies, token: string): Promise<FoundLink | null> {
  const { database } = deps;
  return find(deps, database, token);
}

/**
 * Burns a link and opens a session that must choose a password. Of several that try at once, one gets it.
 * @param device what the browser calls itself
 * @returns null for a link that opens nothing, whatever the reason
 */
export async function open(
  deps: LinksDependencies,
  region: RegionScope,
  token: string,
  device: string,
): Promise<SessionTicket | null> {
  const { database, clock, sessions } = deps;
  const early = await find(deps, database, token);
  if (early === null) return null;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, { tenant: early.tenant });
    const found = await find(deps, tx, token);
    if (found === null) return null;
    const { tenant, user } = found;
    const scope = createScope({
      ...region,
      rules: effectiveRules(region.rules, tenant.ownRules),
      now: clock(),
      tenant,
      principal: person(user),
    });
    if (!(await burn(deps, tx, scope, found))) return null;
    return sessions.openWithin(tx, scope, { ...user, epoch: user.epoch + 1 }, device, 'link');
  });
}

/** @returns the address of a link that waits to be mailed; null where it opens nothing any more */
export async function addressToSend(deps: LinksDependencies, linkId: string): Promise<string | null> {
  const { database, clock, tokens } = deps;
  const found = await linksStore.findToSendAcrossTenants(database, linkId);
  return found !== null && isLinkValid(found, clock()) ? tokens.addressOf(found) : null;
}

/** @returns by what link somebody came into the state in which they are, and whether it was opened; null where by none */
export function stateOf(deps: LinksDependencies, scope: Scope, user: User) {
  const { database } = deps;
  return linksStore.latestOf(database, scope, user);
}

/** One-time links, as those who open them meet them: without a password, and once. */
export const createLinks = (deps: LinksDependencies) => bind(deps, { look, open, addressToSend, stateOf });
