import { tightened } from '../../../domain/tenant-rules.ts';
import { opens } from '../../../domain/people/one-time-link.ts';
import { changeWithinMs } from '../../../domain/regions.ts';
import { createScope, type RegionScope, type Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import type { Hasher } from '../passwords/hasher.ts';
import type { Sessions, SessionTicket } from '../sessions/sessions.ts';
import type { FoundLink } from '../stores/links.store.ts';
import type { LinkTokens } from './tokens.ts';
import * as activityStore from '../../activity/activity.store.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as linksStore from '../stores/links.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';

export type Links = ReturnType<typeof createLinks>;

/** One-time links, as those who open them meet them: without a password, and once. */
export function createLinks(parts: {
  database: Database;
  hasher: Hasher;
  tokens: LinkTokens;
  sessions: Pick<Sessions, 'openWithin'>;
  clock: () => number;
}) {
  const { database, hasher, tokens, sessions, clock } = parts;

  async function find(tx: Database, token: string): Promise<FoundLink | null> {
    const digest = tokens.digestOf(token);
    const found = digest === null ? null : await linksStore.findAcrossTenants(tx, digest);
    return found !== null && opens(found, clock()) ? found : null;
  }

  // From here on nothing opens the account but the session that this makes, for as long as the change may take.
  async function burn(tx: Database, scope: Scope, { id, purpose, user }: FoundLink): Promise<boolean> {
    const at = clock();
    const next = { kind: 'temporary', hash: hasher.decoy, at, until: at + changeWithinMs(scope.rules) } as const;
    const by = purpose === 'handOver' ? user.passwordSetBy : user.displayName;
    if (!(await linksStore.burn(tx, scope, id, { at, epoch: user.epoch + 1 }))) return false;
    if (!(await credentialsStore.replace(tx, scope, user.id, user.epoch, { ...next, by }))) return false;
    await sessionsStore.endAllOf(tx, scope, user.id, null);
    await activityStore.record(tx, scope, { kind: 'link.opened', purpose }, user.id, at);
    return true;
  }

  return {
    /** Looks at a link without touching it. @returns null for one that opens nothing, whatever the reason */
    look: (token: string): Promise<FoundLink | null> => find(database, token),

    /**
     * Burns a link and opens a session that must choose a password. Of several that try at once, one gets it.
     * @param device what the browser calls itself
     * @returns null for a link that opens nothing, whatever the reason
     */
    open: async (region: RegionScope, token: string, device: string): Promise<SessionTicket | null> => {
      const early = await find(database, token);
      if (early === null) return null;
      return database.transaction(async (tx) => {
        await tenantsStore.lock(tx, { tenant: early.tenant });
        const found = await find(tx, token);
        if (found === null) return null;
        const { tenant, user } = found;
        const scope = createScope({
          ...{ ...region, rules: tightened(region.rules, tenant.ownRules) },
          ...{ now: clock(), tenant, actor: user },
        });
        if (!(await burn(tx, scope, found))) return null;
        return sessions.openWithin(tx, scope, { ...user, epoch: user.epoch + 1 }, device);
      });
    },

    /** @returns the address of a link that waits to be mailed; null where it opens nothing any more */
    addressToSend: async (linkId: string): Promise<string | null> => {
      const found = await linksStore.findToSendAcrossTenants(database, linkId);
      return found !== null && opens(found, clock()) ? tokens.addressOf(found) : null;
    },

    /** @returns by what link somebody came into the state in which they are, and whether it was opened; null where by none */
    stateOf: (scope: Scope, user: User) => linksStore.latestOf(database, scope, user),
  };
}
