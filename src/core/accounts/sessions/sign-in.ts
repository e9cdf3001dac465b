import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { SignInFailure } from '../../../domain/activity/event.ts';
import { normalizePassword, readPresentedPassword, type PresentedPassword } from '../../../domain/people/password.ts';
import type { RegionScope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import type { Credentials } from '../stores/credentials.store.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import type { KnownDevices } from './known-devices.ts';
import type { UnknownNames } from './unknown-names.ts';
import { attemptOf } from './sign-in-attempt.ts';
import { signInRefusal } from './validity.ts';
import { refundIfUnchecked } from '../throttles/unchecked-attempt.ts';
import type { Attempt, Throttle } from '../throttles/throttle.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';

/** The part of a browser's session data that identifies the session. Each request reads the rest from the database. */
export interface SessionTicket {
  readonly sessionId: string;
  readonly epoch: number;
}

interface OpenedSession {
  readonly ticket: SessionTicket;
  readonly codePending: boolean;
  readonly user: { readonly userId: string; readonly tenantId: string };
}

export type SignInResult =
  | ({ readonly outcome: 'signedIn'; readonly deviceToken: string | null } & OpenedSession)
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'throttled'; readonly kind: PresentedPassword['kind']; readonly retryAfter: number };

/** A submitted sign-in form and the browser that sent it. */
export interface TypedSignIn {
  readonly username: string;
  readonly password: string;
  readonly address: string;
  /** The User-Agent of the browser. */
  readonly device: string;
  /** The device token from the cookie that this browser received at an earlier sign-in; null if there is none. */
  readonly deviceToken: string | null;
}

export interface SessionsDependencies {
  readonly database: Database;
  readonly hasher: Hasher;
  readonly throttle: Throttle;
  readonly devices: KnownDevices;
  readonly unknownNames: UnknownNames;
  readonly clock: () => number;
  readonly log: Logger;
}

// A failed hash upgrade must not fail the sign-in.
async function rehashIfOutdated(
  deps: SessionsDependencies,
  { user }: Credentials,
  password: string,
  isOutdated: boolean,
): Promise<string | null> {
  const { hasher } = deps;
  if (user.password !== 'own' || !isOutdated) return null;
  return hasher.hash(normalizePassword(password)).catch(() => null);
}

async function refuse(
  deps: SessionsDependencies,
  scope: RegionScope,
  attempt: Attempt,
  credentials: Credentials | null,
  because: SignInFailure,
): Promise<SignInResult> {
  const { throttle, database, clock } = deps;
  const event = { kind: 'signIn.failed', because } as const;
  // Base the decision only on the attempt, so that the response time does not reveal whether the user name exists.
  if (await throttle.shouldRecordFailure(attempt)) {
    await activityStore.recordSignIn(database, scope, credentials?.user ?? null, event, clock());
  }
  return { outcome: 'refused' };
}

async function open(
  deps: SessionsDependencies,
  scope: RegionScope,
  credentials: Credentials,
  { password, device }: TypedSignIn,
  isOutdated: boolean,
): Promise<OpenedSession | SignInFailure> {
  const { database, clock } = deps;
  const { user, tenant } = credentials;
  const newHash = await rehashIfOutdated(deps, credentials, password, isOutdated);
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, { tenant });
    // Check again under the lock: in the meantime, the user may have been blocked or moved, or the password replaced.
    const present = await credentialsStore.findForSignInAcrossTenants(tx, user.username);
    if (present?.user.epoch !== user.epoch) return 'password';
    const failure = signInRefusal(present, clock());
    if (failure !== null) return failure;
    if (newHash !== null) await credentialsStore.rehash(tx, user, newHash);
    const ticket = await openWithin(deps, tx, scope, present.user, device, 'pwd');
    const { id: userId, tenantId, secondFactorAt } = present.user;
    return { ticket, codePending: secondFactorAt !== null, user: { userId, tenantId } };
  });
}

/**
 * Opens a session for an authenticated user, in a transaction that holds the tenant's lock.
 * @param device the User-Agent of the browser
 * @param method how the user was authenticated
 */
export async function openWithin(
  deps: SessionsDependencies,
  tx: Database,
  scope: RegionScope,
  user: Pick<User, 'id' | 'tenantId' | 'epoch' | 'secondFactorAt'>,
  device: string,
  method: 'pwd' | 'link',
): Promise<SessionTicket> {
  const { clock } = deps;
  const codePending = user.secondFactorAt !== null;
  const id = randomUUID();
  const session = { id, userId: user.id, address: scope.address, device, at: clock(), method, codePending };
  await sessionsStore.open(tx, session);
  const kind = codePending ? 'signIn.codeAsked' : 'signIn.succeeded';
  await activityStore.recordSignIn(tx, scope, user, { kind }, session.at);
  return { sessionId: session.id, epoch: user.epoch };
}

/** Checks a password and opens a session. The client cannot distinguish the reasons for a refusal. */
export async function signIn(
  deps: SessionsDependencies,
  scope: RegionScope,
  typed: TypedSignIn,
): Promise<SignInResult> {
  const { database, devices, unknownNames, throttle, clock, log } = deps;
  const credentials = await credentialsStore.findForSignInAcrossTenants(database, typed.username);
  unknownNames.count(typed, credentials === null);
  const presented = readPresentedPassword(typed.password);
  const attempt = await attemptOf(deps, scope, typed, credentials, presented);
  const wait = await throttle.consume(attempt);
  if (wait !== null) {
    const event = { kind: 'signIn.throttled' } as const;
    if (await throttle.shouldRecordRefusal(attempt, wait))
      await activityStore.recordSignIn(database, scope, credentials?.user ?? null, event, clock());
    return { outcome: 'throttled', kind: presented.kind, retryAfter: wait.retryAfter };
  }
  const { failure, isOutdated } = await refundIfUnchecked(throttle, attempt, check(deps, credentials, presented));
  if (credentials === null || failure !== null) return refuse(deps, scope, attempt, credentials, failure ?? 'unknown');
  const opened = await open(deps, scope, credentials, typed, isOutdated);
  if (typeof opened === 'string') return refuse(deps, scope, attempt, credentials, opened);
  // The session is already open, so a failed reset of the counter must not fail the sign-in.
  await throttle
    .reset(attempt)
    .catch((error: unknown) => log.warn(error, 'The counter of failed attempts was not reset'));
  // With a second factor, only the code proves that the browser is the user's.
  const deviceToken = opened.codePending ? null : devices.issue({ ...credentials.user, secondFactorAt: null });
  return { outcome: 'signedIn', ...opened, deviceToken };
}

/**
 * Checks a presented password with exactly one verification, so that the response time does not reveal why it was
 * refused.
 * @param credentials the credentials of the user with this name, or null
 * @returns the reason for refusing the sign-in, or null; and whether the stored hash uses outdated parameters
 * @throws Failure overloaded
 */
async function check(
  { database, hasher, clock }: SessionsDependencies,
  credentials: Credentials | null,
  { kind, text }: PresentedPassword,
): Promise<{ failure: SignInFailure | null; isOutdated: boolean }> {
  // Attempts with text in the format of a temporary password are not limited per user name, so such text must never be
  // compared with a password that the user chose.
  const comparable = credentials?.user.password === kind ? credentials.user.id : null;
  const { matches, isOutdated } = await credentialsStore.verifyPassword(database, hasher, comparable, text ?? '');
  if (credentials === null) return { failure: 'unknown', isOutdated };
  return { failure: matches && text !== null ? signInRefusal(credentials, clock()) : 'password', isOutdated };
}
