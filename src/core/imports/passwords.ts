import { randomUUID } from 'node:crypto';
import { conflict } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';
import type { NewEntry } from '../activity/append.store.ts';
import { recordedAs, type IssuedWayIn, type WaysIn } from '../accounts/links/hand-over.ts';
import type { Hasher } from '../accounts/passwords/hasher.ts';
import type { Throttle } from '../accounts/throttles/throttle.ts';
import type { Newcomer } from './passwords.store.ts';
import type { Import } from './rows.ts';

/** A temporary password, or a one-time link, with whom it is for; its clear text is nowhere else. */
export interface IssuedPassword {
  readonly username: string;
  readonly displayName: string;
  /** Null where the link is mailed past everybody. */
  readonly clearText: string | null;
  /** Epoch ms. */
  readonly until: number;
}

export type Delivery =
  | {
      readonly outcome: 'begun';
      /** Makes the passwords while they are taken: whoever stops taking stops their making. */
      readonly batches: AsyncIterable<IssuedPassword[]>;
      /** @param whole whether all of it was sent; if not, it can be asked for anew */
      readonly end: (whole: boolean) => Promise<void>;
    }
  | { readonly outcome: 'delivered'; readonly at: number }
  | { readonly outcome: 'underWay' }
  /** Everybody has signed in, or got a password in another way. */
  | { readonly outcome: 'nobody' }
  /** The rules ask for mails, and this portal sends none. */
  | { readonly outcome: 'noMail' };

// A download that says nothing for so long has ended, with its process if need be.
const silenceMs = 60_000;

export type ImportPasswords = ReturnType<typeof createImportPasswords>;

/** The temporary passwords, or links, of the users whom an import added: never kept, but made as they are downloaded. */
export function createImportPasswords(parts: {
  stores: Stores;
  waysIn: WaysIn;
  hasher: Pick<Hasher, 'hashRandom'>;
  throttle: Throttle;
  clock: () => number;
}) {
  const { stores, waysIn, hasher, throttle, clock } = parts;

  async function* issue(scope: Scope, id: string, holder: string): AsyncGenerator<IssuedPassword[]> {
    for (let line = 0; ;) {
      const newcomers = await stores.importPasswords.listAfter(scope, id, line);
      if (newcomers.length === 0) return;
      yield await issueSome(scope, id, holder, newcomers);
      line = newcomers.at(-1)?.line ?? line;
    }
  }

  async function issueSome(
    scope: Scope,
    id: string,
    holder: string,
    newcomers: readonly Newcomer[],
  ): Promise<IssuedPassword[]> {
    const made = await Promise.all(
      newcomers.map(async (newcomer) => ({ ...newcomer, ...(await waysIn.issue(scope, hasher.hashRandom)) })),
    );
    const at = clock();
    const issued = await stores.transaction(async (within) => {
      await within.tenants.lock(scope);
      // Whoever was silent for too long holds it no more: its last passwords would not be the valid ones.
      if (!(await within.importPasswords.renew(scope, id, holder, at + silenceMs))) {
        throw conflict('imports:error.underWay');
      }
      const allowed = await allowedAmong(within, scope, made);
      const ids = await within.importPasswords.issue(
        scope,
        id,
        allowed.map(({ stored, ...user }) => ({ ...user, ...stored })),
      );
      await keep(
        within,
        scope,
        allowed.filter(({ userId }) => ids.has(userId)),
        at,
      );
      return ids;
    });
    return made
      .filter(({ userId }) => issued.has(userId))
      .map(({ username, displayName, way }) => ({
        username,
        displayName,
        clearText: way.clearText,
        until: way.expiresAt,
      }));
  }

  async function keep(
    within: Stores,
    scope: Scope,
    issued: readonly (Newcomer & IssuedWayIn)[],
    at: number,
  ): Promise<void> {
    const links = issued.map((each) => [{ id: each.userId, epoch: each.epoch + 1 }, each] as const);
    await waysIn.keep(within, scope, links, 'added');
    const entries = issued.map(({ userId, way }): NewEntry => {
      const event = { kind: 'password.issued', expiresAt: way.expiresAt, ...recordedAs(way) } as const;
      return { event, targetId: userId };
    });
    await within.activity.recordMany(scope, entries, at);
  }

  // Somebody may have been given a level since the import, or the administrator have lost theirs since the download began.
  async function allowedAmong<Each extends Newcomer>(within: Stores, scope: Scope, made: readonly Each[]) {
    const actor = await within.users.find(scope, scope.actor?.id ?? '');
    if (actor?.state !== 'active') throw conflict('imports:error.underWay');
    const present = createScope({ ...scope, actor });
    const ids = made.map(({ userId }) => userId);
    const users = await within.users.findMany(scope, ids, 'present');
    const allowed = new Set(users.filter((user) => may(present, 'users.import', user).allowed).map(({ id }) => id));
    return made.filter(({ userId }) => allowed.has(userId));
  }

  return {
    /** What the page says of the passwords of an import that is done. */
    outlook: async (scope: Scope, found: Import) => {
      const [waiting, issued] = [
        await stores.importPasswords.count(scope, found.id),
        await stores.importPasswords.countIssued(scope, found.id),
      ];
      const underWay = (found.deliveringUntil ?? 0) > clock();
      const { deliveredAt } = found;
      return { waiting, deliveredAt, underWay, brokenOff: issued > 0 && deliveredAt === null && !underWay };
    },

    /** Begins the one download of an import's passwords, and records it. @throws Failure conflict or throttled */
    begin: async (scope: Scope, found: Import): Promise<Delivery> => {
      if (found.state !== 'done') throw conflict('imports:error.notDone');
      if (found.deliveredAt !== null) return { outcome: 'delivered', at: found.deliveredAt };
      if (!waysIn.arePossible(scope)) return { outcome: 'noMail' };
      await throttle.spend(scope, 'import');
      const [holder, now] = [randomUUID(), clock()];
      const outcome = await stores.transaction(async (within): Promise<'begun' | 'underWay' | 'nobody'> => {
        const count = await within.importPasswords.count(scope, found.id);
        if (count === 0) return 'nobody';
        const until = now + silenceMs;
        if (!(await within.importPasswords.claim(scope, found.id, holder, { now, until }))) return 'underWay';
        const event = { kind: 'users.passwordsIssued', count, ...recordedAs({ by: waysIn.ruleFor(scope) }) } as const;
        await within.activity.record(scope, event, null, now);
        return 'begun';
      });
      if (outcome !== 'begun') return { outcome };
      return {
        outcome,
        batches: issue(scope, found.id, holder),
        end: (whole) => stores.importPasswords.release(scope, found.id, holder, whole ? clock() : null),
      };
    },
  };
}
