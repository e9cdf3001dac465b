import { randomUUID } from 'node:crypto';
import { conflict } from '../../domain/errors.ts';
import { isLeaseHeld } from '../../domain/plausible-time.ts';
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
import * as downloadLeaseStore from './download-lease.store.ts';
import * as importPasswordsStore from './import-passwords.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';
import { person, actingUserId } from '../../domain/principal.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';

/** A temporary password or a one-time link, with its user. The clear text is not stored. */
export interface IssuedPassword {
  readonly username: string;
  readonly displayName: string;
  /** Null if the link is mailed directly to the user. */
  readonly clearText: string | null;
  /** Epoch ms. */
  readonly until: number;
}

export type PasswordDownload =
  | {
      readonly outcome: 'begun';
      /** Issues the passwords or links as they are consumed, and stops when the consumer stops. */
      readonly batches: AsyncIterable<IssuedPassword[]>;
      /** @param isComplete whether everything was sent. If not, the download can be restarted. */
      readonly end: (isComplete: boolean) => Promise<void>;
    }
  | { readonly outcome: 'delivered'; readonly at: number }
  | { readonly outcome: 'underWay' }
  /** Every added user has signed in, received another credential, or been blocked or deleted. */
  | { readonly outcome: 'noNewcomers' }
  /** The rules require that links are emailed, but the portal has no mail server. */
  | { readonly outcome: 'noMail' };

// A download without progress for this long is considered aborted.
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
  const credentials = await Promise.all(
    newcomers.map(async (newcomer) => ({ ...newcomer, ...(await credentialIssuer.issue(scope, hasher.hashRandom)) })),
  );
  const at = clock();
  const issued = await database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    // If the lease has expired, another download may have issued newer passwords.
    if (!(await downloadLeaseStore.renew(tx, scope, id, holder, at + leaseMs))) {
      throw conflict('import.passwordsUnderWay');
    }
    return storeAllowed(deps, tx, scope, id, credentials, at);
  });
  return credentials.filter(({ userId }) => issued.has(userId)).map(toIssuedPassword);
}

/** @returns the IDs of the users whose credential was stored; `at` is the time of issue, epoch ms */
async function storeAllowed(
  deps: ImportPasswordsDependencies,
  tx: Database,
  scope: Scope,
  id: string,
  issued: readonly IssuedToNewcomer[],
  at: number,
) {
  const allowed = await filterAllowed(tx, scope, issued);
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

// Check the policy again: an imported user may have received an administrator level since the import, and the actor may
// have lost the permission since the start of the download.
async function filterAllowed<Each extends Newcomer>(tx: Database, scope: Scope, issued: readonly Each[]) {
  const actor = await usersStore.find(tx, scope, actingUserId(scope));
  if (actor?.state !== 'active') throw conflict('import.passwordsUnderWay');
  const present = createScope({ ...scope, principal: person(actor) });
  const ids = issued.map(({ userId }) => userId);
  const users = await usersStore.findMany(tx, scope, ids, 'present');
  const allowed = new Set(users.filter((user) => may(present, 'users.import', user).allowed).map(({ id }) => id));
  return issued.filter(({ userId }) => allowed.has(userId));
}

/** @returns the data on the added users' passwords or links that the page of an applied import shows */
export async function getStatus(deps: ImportPasswordsDependencies, scope: Scope, found: Import) {
  const { database, clock } = deps;
  const [waiting, issued] = [
    await importPasswordsStore.count(database, scope, found.id),
    await importPasswordsStore.countIssued(database, scope, found.id),
  ];
  const underWay = isLeaseHeld(found.deliveringUntil, leaseMs, clock());
  const { deliveredAt } = found;
  return { waiting, deliveredAt, underWay, brokenOff: issued > 0 && deliveredAt === null && !underWay };
}

/**
 * Starts the download of the passwords or links of the users that an import added. It can be completed only once.
 * @throws Failure conflict or throttled
 */
export async function begin(deps: ImportPasswordsDependencies, scope: Scope, found: Import): Promise<PasswordDownload> {
  const { credentialIssuer, throttle, clock, database } = deps;
  if (found.state !== 'applied') throw conflict('import.notDone');
  if (found.deliveredAt !== null) return { outcome: 'delivered', at: found.deliveredAt };
  if (!credentialIssuer.canDeliver(scope)) return { outcome: 'noMail' };
  await throttle.requireBudget(scope, 'import');
  const [holder, now] = [randomUUID(), clock()];
  const outcome = await database.transaction(async (tx): Promise<'begun' | 'underWay' | 'noNewcomers'> => {
    const count = await importPasswordsStore.count(tx, scope, found.id);
    if (count === 0) return 'noNewcomers';
    const until = now + leaseMs;
    if (!(await downloadLeaseStore.claim(tx, scope, found.id, holder, { now, until }))) return 'underWay';
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
    end: (isComplete) => downloadLeaseStore.release(database, scope, found.id, holder, isComplete ? clock() : null),
  };
}

/** The credentials of the users that an import added, issued during the download. Their clear text is not stored. */
export const createImportPasswords = (deps: ImportPasswordsDependencies) => bind(deps, { getStatus, begin });
