import { randomUUID } from 'node:crypto';
import { conflict } from '../../domain/errors.ts';
import { may } from '../../domain/policy.ts';
import { createScope, type Scope } from '../../domain/scope.ts';
import { type NewEntry, activityStore } from '../activity/index.ts';
import {
  toEventHandover,
  type NewCredential,
  type CredentialIssuer,
  type Throttle,
  tenantsStore,
  usersStore,
} from '../accounts/index.ts';
import type { Newcomer } from './import-passwords.store.ts';
import type { Import } from './imports.mapping.ts';
import * as importPasswordsStore from './import-passwords.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { person, actingUserId } from '../../domain/principal.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';

/** A temporary password, or a one-time link, with whom it is for; its clear text is nowhere else. */
export interface IssuedPassword {
  readonly username: string;
  readonly displayName: string;
  /** Null where the link is mailed past everybody. */
  readonly clearText: string | null;
  /** Epoch ms. */
  readonly until: number;
}

export type PasswordDownload =
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
const leaseMs = 60_000;

export type ImportPasswords = ReturnType<typeof createImportPasswords>;

export interface ImportPasswordsDependencies {
  readonly database: Database;
  readonly credentialIssuer: CredentialIssuer;
  readonly hasher: Pick<Hasher, 'hashRandom'>;
  readonly throttle: Throttle;
  readonly clock: () => number;
}

type IssuedToNewcomer = Newcomer & NewCredential;

async function* issue(
  deps: ImportPasswordsDependencies,
  scope: Scope,
  id: string,
  holder: string,
): AsyncGenerator<IssuedPassword[]> {
  const { database } = deps;
  for (let line = 0; ;) {
    const newcomers = await importPasswordsStore.listAfter(database, scope, id, line);
    if (newcomers.length === 0) return;
    yield await issueBatch(deps, scope, id, holder, newcomers);
    line = newcomers.at(-1)?.line ?? line;
  }
}

async function issueBatch(
  deps: ImportPasswordsDependencies,
  scope: Scope,
  id: string,
  holder: string,
  newcomers: readonly Newcomer[],
): Promise<IssuedPassword[]> {
  const { credentialIssuer, hasher, clock, database } = deps;
  const made = await Promise.all(
    newcomers.map(async (newcomer) => ({ ...newcomer, ...(await credentialIssuer.issue(scope, hasher.hashRandom)) })),
  );
  const at = clock();
  const issued = await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    // A holder that was silent for too long has lost it: the last passwords it issued would not be the valid ones.
    if (!(await importPasswordsStore.renew(tx, scope, id, holder, at + leaseMs))) {
      throw conflict('import.passwordsUnderWay');
    }
    return storeAllowed(deps, tx, scope, id, made, at);
  });
  return made.filter(({ userId }) => issued.has(userId)).map(toIssuedPassword);
}

/** @returns the ids of the users who got what was made for them */
async function storeAllowed(
  deps: ImportPasswordsDependencies,
  tx: Database,
  scope: Scope,
  id: string,
  made: readonly IssuedToNewcomer[],
  at: number,
) {
  const allowed = await filterAllowed(tx, scope, made);
  const rows = allowed.map(({ stored, ...user }) => ({ ...user, ...stored }));
  const ids = await importPasswordsStore.issue(tx, scope, id, rows);
  const kept = allowed.filter(({ userId }) => ids.has(userId));
  await storeLinksAndRecord(deps, tx, scope, kept, at);
  return ids;
}

const toIssuedPassword = ({ username, displayName, credential }: IssuedToNewcomer): IssuedPassword => ({
  username,
  displayName,
  clearText: credential.clearText,
  until: credential.expiresAt,
});

async function storeLinksAndRecord(
  deps: ImportPasswordsDependencies,
  tx: Database,
  scope: Scope,
  issued: readonly IssuedToNewcomer[],
  at: number,
): Promise<void> {
  const { credentialIssuer } = deps;
  const links = issued.map((each) => [{ id: each.userId, epoch: each.epoch + 1 }, each] as const);
  await credentialIssuer.storeLinks(tx, scope, links, 'added');
  const entries = issued.map(({ userId, credential }): NewEntry => {
    const event = { kind: 'password.issued', expiresAt: credential.expiresAt, ...toEventHandover(credential) } as const;
    return { event, targetId: userId };
  });
  await activityStore.recordMany(tx, scope, entries, at);
}

// Somebody may have been given a level since the import, or the administrator have lost theirs since the download began.
async function filterAllowed<Each extends Newcomer>(tx: Database, scope: Scope, made: readonly Each[]) {
  const actor = await usersStore.find(tx, scope, actingUserId(scope));
  if (actor?.state !== 'active') throw conflict('import.passwordsUnderWay');
  const present = createScope({ ...scope, principal: person(actor) });
  const ids = made.map(({ userId }) => userId);
  const users = await usersStore.findMany(tx, scope, ids, 'present');
  const allowed = new Set(users.filter((user) => may(present, 'users.import', user).allowed).map(({ id }) => id));
  return made.filter(({ userId }) => allowed.has(userId));
}

/** What the page says of the passwords of an import that is done. */
export async function getStatus(deps: ImportPasswordsDependencies, scope: Scope, found: Import) {
  const { database, clock } = deps;
  const [waiting, issued] = [
    await importPasswordsStore.count(database, scope, found.id),
    await importPasswordsStore.countIssued(database, scope, found.id),
  ];
  const underWay = (found.deliveringUntil ?? 0) > clock();
  const { deliveredAt } = found;
  return { waiting, deliveredAt, underWay, brokenOff: issued > 0 && deliveredAt === null && !underWay };
}

/** Begins the one download of an import's passwords, and records it. @throws Failure conflict or throttled */
export async function begin(deps: ImportPasswordsDependencies, scope: Scope, found: Import): Promise<PasswordDownload> {
  const { credentialIssuer, throttle, clock, database } = deps;
  if (found.state !== 'applied') throw conflict('import.notDone');
  if (found.deliveredAt !== null) return { outcome: 'delivered', at: found.deliveredAt };
  if (!credentialIssuer.canDeliver(scope)) return { outcome: 'noMail' };
  await throttle.requireBudget(scope, 'import');
  const [holder, now] = [randomUUID(), clock()];
  const outcome = await database.transaction(async (tx): Promise<'begun' | 'underWay' | 'nobody'> => {
    const count = await importPasswordsStore.count(tx, scope, found.id);
    if (count === 0) return 'nobody';
    const until = now + leaseMs;
    if (!(await importPasswordsStore.claim(tx, scope, found.id, holder, { now, until }))) return 'underWay';
    const event = {
      kind: 'users.passwordsIssued',
      count,
      ...toEventHandover({ handover: credentialIssuer.handoverRuleFor(scope) }),
    } as const;
    await activityStore.record(tx, scope, event, null, now);
    return 'begun';
  });
  if (outcome !== 'begun') return { outcome };
  return {
    outcome,
    batches: issue(deps, scope, found.id, holder),
    end: (whole) => importPasswordsStore.release(database, scope, found.id, holder, whole ? clock() : null),
  };
}

/** The temporary passwords, or links, of the users whom an import added: never kept, but made as they are downloaded. */
export const createImportPasswords = (deps: ImportPasswordsDependencies) => bind(deps, { getStatus, begin });
