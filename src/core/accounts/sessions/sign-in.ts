import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { SignInFailure } from '../../../domain/activity/event.ts';
import { effectiveRules } from '../../../domain/tenant-rules.ts';
import { normalizePassword, readPresentedPassword, type PresentedPassword } from '../../../domain/people/password.ts';
import type { RegionScope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import type { Credentials } from '../stores/credentials.store.ts';
import type { Hasher } from '../../../platform/keys/hasher.ts';
import type { KnownDevices } from './devices.ts';
import { signInRefusal } from './validity.ts';
import type { Attempt, Throttle } from '../throttles/throttle.ts';
import { activityStore } from '../../activity/index.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import type { Database } from '../../../platform/database/database.ts';

/** What the cookie's session holds of a sign-in; everything else is looked up on each request. */
export interface SessionTicket {
  readonly sessionId: string;
  readonly epoch: number;
}

interface Opened {
  readonly ticket: SessionTicket;
  readonly codePending: boolean;
}

export type SignInResult =
  | ({ readonly outcome: 'signedIn'; readonly deviceMark: string } & Opened)
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'throttled'; readonly kind: PresentedPassword['kind']; readonly retryAfter: number };

/** A sign-in as it was typed, and the browser that it came from. */
export interface TypedSignIn {
  readonly username: string;
  readonly password: string;
  readonly address: string;
  /** What the browser calls itself. */
  readonly device: string;
  /** The mark that this browser got at an earlier sign-in, as its cookie carries it. */
  readonly deviceMark: string | null;
}

export interface SessionsDependencies {
  readonly database: Database;
  readonly hasher: Hasher;
  readonly throttle: Throttle;
  readonly devices: KnownDevices;
  readonly clock: () => number;
  readonly log: Logger;
}

// A stronger hash can wait for a quieter moment; the sign-in cannot.
async function strongerHash(
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
  // Depends on the attempt alone: time must not tell who has the name.
  if (await throttle.isRecorded(attempt)) {
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
): Promise<Opened | SignInFailure> {
  const { database, clock } = deps;
  const { user, tenant } = credentials;
  const stronger = await strongerHash(deps, credentials, password, isOutdated);
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, { tenant });
    // A user who is blocked or moved, or whose password is replaced, during the check is not signed in.
    const present = await credentialsStore.findForSignInAcrossTenants(tx, user.username);
    if (present?.user.epoch !== user.epoch) return 'password';
    const failure = signInRefusal(present, clock());
    if (failure !== null) return failure;
    if (stronger !== null) await credentialsStore.rehash(tx, user, stronger);
    const ticket = await openWithin(deps, tx, scope, present.user, device, 'pwd');
    return { ticket, codePending: present.user.secondFactorAt !== null };
  });
}

/** Opens a session in a transaction that holds the tenant's lock and has authenticated its user. @param method by what */
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

/** Checks a password and opens a session. Every refusal looks the same from outside. */
export async function signIn(
  deps: SessionsDependencies,
  scope: RegionScope,
  typed: TypedSignIn,
): Promise<SignInResult> {
  const { database, devices, throttle, clock, log } = deps;
  const credentials = await credentialsStore.findForSignInAcrossTenants(database, typed.username);
  const epoch = credentials?.user.epoch ?? 0;
  const presented = readPresentedPassword(typed.password);
  const attempt: Attempt = {
    ...typed,
    kind: presented.kind,
    epoch,
    knownDevice: devices.recognize(typed.username, epoch, typed.deviceMark),
    attempts: credentials && attemptsIn(scope, credentials),
  };
  const wait = await throttle.take(attempt);
  if (wait !== null) {
    // One record for a block: an attacker must not fill the log.
    const event = { kind: 'signIn.throttled' } as const;
    if (wait.first) await activityStore.recordSignIn(database, scope, credentials?.user ?? null, event, clock());
    return { outcome: 'throttled', kind: presented.kind, retryAfter: wait.retryAfter };
  }
  const { failure, isOutdated } = await check(deps, credentials, presented).catch(async (error: unknown) => {
    // The password was not checked, so it does not count as a failed attempt.
    await throttle.giveBack(attempt);
    throw error;
  });
  if (credentials === null || failure !== null) return refuse(deps, scope, attempt, credentials, failure ?? 'unknown');
  const opened = await open(deps, scope, credentials, typed, isOutdated);
  if (typeof opened === 'string') return refuse(deps, scope, attempt, credentials, opened);
  // The session is open by now: a count that stays too high is no reason to say that it is not.
  await throttle
    .forgive(attempt)
    .catch((error: unknown) => log.warn(error, 'The count of failed attempts was not reset'));
  return { outcome: 'signedIn', ...opened, deviceMark: devices.issue(typed.username, epoch) };
}

// As the rules hold now, whatever a tenant kept of its own before they became stricter, or fixed.
const attemptsIn = ({ rules }: RegionScope, { tenant }: Credentials): number =>
  effectiveRules(rules, tenant.ownRules).throttle.perAccountAndAddress.attempts;

/**
 * Checks a presented password, by one verification whatever it is, so that time does not tell one kind of refusal from another.
 * @param credentials of the user who has the name, or null
 * @returns why the sign-in fails, or null. @throws Failure overloaded
 */
async function check(
  { database, hasher, clock }: SessionsDependencies,
  credentials: Credentials | null,
  { kind, text }: PresentedPassword,
): Promise<{ failure: SignInFailure | null; isOutdated: boolean }> {
  // Text in the form of a temporary password is not limited per name: it must never test an own password.
  const comparable = credentials?.user.password === kind ? credentials.user.id : null;
  const { matches, isOutdated } = await credentialsStore.verifyPassword(database, hasher, comparable, text ?? '');
  if (credentials === null) return { failure: 'unknown', isOutdated };
  return { failure: matches && text !== null ? signInRefusal(credentials, clock()) : 'password', isOutdated };
}
