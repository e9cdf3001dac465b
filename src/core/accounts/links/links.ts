import { tightened } from '../../../domain/tenant-rules.ts';
import { opens } from '../../../domain/people/one-time-link.ts';
import { changeWithinMs } from '../../../domain/regions.ts';
import { createScope, type RegionScope, type Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import type { Stores } from '../../../stores.ts';
import type { Hasher } from '../passwords/hasher.ts';
import type { Sessions, SessionTicket } from '../sessions/sessions.ts';
import type { FoundLink } from '../stores/links.store.ts';
import type { LinkTokens } from './tokens.ts';

export type Links = ReturnType<typeof createLinks>;

/** One-time links, as those who open them meet them: without a password, and once. */
export function createLinks(parts: {
  stores: Stores;
  hasher: Hasher;
  tokens: LinkTokens;
  sessions: Pick<Sessions, 'openWithin'>;
  clock: () => number;
}) {
  const { stores, hasher, tokens, sessions, clock } = parts;

  async function find(within: Stores, token: string): Promise<FoundLink | null> {
    const digest = tokens.digestOf(token);
    const found = digest === null ? null : await within.links.findAcrossTenants(digest);
    return found !== null && opens(found, clock()) ? found : null;
  }

  // From here on nothing opens the account but the session that this makes, for as long as the change may take.
  async function burn(within: Stores, scope: Scope, { id, purpose, user }: FoundLink): Promise<boolean> {
    const at = clock();
    const next = { kind: 'temporary', hash: hasher.decoy, at, until: at + changeWithinMs(scope.rules) } as const;
    const by = purpose === 'handOver' ? user.passwordSetBy : user.displayName;
    if (!(await within.links.burn(scope, id, { at, epoch: user.epoch + 1 }))) return false;
    if (!(await within.credentials.replace(scope, user.id, user.epoch, { ...next, by }))) return false;
    await within.sessions.endAllOf(scope, user.id, null);
    await within.activity.record(scope, { kind: 'link.opened', purpose }, user.id, at);
    return true;
  }

  return {
    /** Looks at a link without touching it. @returns null for one that opens nothing, whatever the reason */
    look: (token: string): Promise<FoundLink | null> => find(stores, token),

    /**
     * Burns a link and opens a session that must choose a password. Of several that try at once, one gets it.
     * @param device what the browser calls itself
     * @returns null for a link that opens nothing, whatever the reason
     */
    open: async (region: RegionScope, token: string, device: string): Promise<SessionTicket | null> => {
      const early = await find(stores, token);
      if (early === null) return null;
      return stores.transaction(async (within) => {
        await within.tenants.lock({ tenant: early.tenant });
        const found = await find(within, token);
        if (found === null) return null;
        const { tenant, user } = found;
        const scope = createScope({
          ...{ ...region, rules: tightened(region.rules, tenant.ownRules) },
          ...{ now: clock(), tenant, actor: user },
        });
        if (!(await burn(within, scope, found))) return null;
        return sessions.openWithin(within, scope, { ...user, epoch: user.epoch + 1 }, device);
      });
    },

    /** @returns the address of a link that waits to be mailed; null where it opens nothing any more */
    addressToSend: async (linkId: string): Promise<string | null> => {
      const found = await stores.links.findToSendAcrossTenants(linkId);
      return found !== null && opens(found, clock()) ? tokens.addressOf(found) : null;
    },

    /** @returns by what link somebody came into the state in which they are, and whether it was opened; null where by none */
    stateOf: (scope: Scope, user: User) => stores.links.latestOf(scope, user),
  };
}
