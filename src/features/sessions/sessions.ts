import { randomUUID } from 'node:crypto';
import type { SignInFailure } from '../../domain/activity.ts';
import { normalizePassword, readPassword, readTemporaryPassword } from '../../domain/password.ts';
import { absoluteLimitMs, changeWithinMs, idleLimitMs, type RegionRules } from '../../domain/regions.ts';
import type { RegionScope, Scope } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';
import type { Credentials } from '../passwords/credentials.store.ts';
import type { Hasher } from '../passwords/hasher.ts';
import type { LiveSession } from './sessions.store.ts';
import type { Attempt, Throttle } from './throttle.ts';

/** What the cookie's session holds of a sign-in; everything else is looked up on each request. */
export interface SessionTicket {
  readonly sessionId: string;
  readonly epoch: number;
}

export type SignInResult =
  | { readonly outcome: 'signedIn'; readonly ticket: SessionTicket }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'throttled'; readonly retryAfter: number };

// How stale "last seen" may be: a write a minute instead of one a request.
const seenAccuracyMs = 60_000;

export type Sessions = ReturnType<typeof createSessions>;

export function createSessions(parts: { stores: Stores; hasher: Hasher; throttle: Throttle; clock: () => number }) {
  const { stores, hasher, throttle, clock } = parts;

  // One hash is always computed and one row always written, so that time tells no class of refusal from another.
  async function check(
    username: string,
    password: string,
  ): Promise<{ credentials: Credentials | null; failure: SignInFailure | null }> {
    const credentials = await stores.credentials.findForSignInAcrossTenants(username);
    const read = readPassword(password);
    const temporary = credentials?.user.password === 'temporary' ? readTemporaryPassword(read ?? '') : null;
    const matches = await hasher.verify(credentials?.passwordHash ?? hasher.decoy, temporary ?? read ?? '');
    if (credentials === null) return { credentials, failure: 'unknown' };
    return { credentials, failure: matches && read !== null ? standing(credentials, clock()) : 'password' };
  }

  async function refuse(
    scope: RegionScope,
    credentials: Credentials | null,
    because: SignInFailure,
  ): Promise<SignInResult> {
    await stores.activity.recordSignIn(scope, credentials?.user ?? null, { kind: 'signIn.failed', because }, clock());
    return { outcome: 'refused' };
  }

  async function open(
    scope: RegionScope,
    { user, passwordHash }: Credentials,
    password: string,
    device: string,
  ): Promise<SessionTicket> {
    const stronger =
      hasher.isOutdated(passwordHash) && user.password === 'own'
        ? await hasher.hash(normalizePassword(password))
        : null;
    const session = { id: randomUUID(), userId: user.id, address: scope.address, device, at: clock() };
    await stores.transaction(async (within) => {
      if (stronger !== null) await within.credentials.rehash(user.id, passwordHash, stronger);
      await within.sessions.open(session);
      await within.activity.recordSignIn(scope, user, { kind: 'signIn.succeeded' }, session.at);
    });
    return { sessionId: session.id, epoch: user.epoch };
  }

  return {
    /** Checks a password and opens a session. Every refusal looks the same from outside. */
    signIn: async (
      scope: RegionScope,
      attempt: Attempt & { password: string; device: string },
    ): Promise<SignInResult> => {
      const retryAfter = await throttle.take(attempt);
      if (retryAfter > 0) {
        await stores.activity.recordSignIn(scope, null, { kind: 'signIn.throttled' }, clock());
        return { outcome: 'throttled', retryAfter };
      }
      const { credentials, failure } = await check(attempt.username, attempt.password);
      if (credentials === null || failure !== null) return refuse(scope, credentials, failure ?? 'unknown');
      const ticket = await open(scope, credentials, attempt.password, attempt.device);
      await throttle.forgive(attempt);
      return { outcome: 'signedIn', ticket };
    },

    /** @returns the session behind a ticket if it still counts now, on this node as on every other; else null */
    resume: async (rules: RegionRules, ticket: SessionTicket): Promise<LiveSession | null> => {
      const session = await stores.sessions.findLiveAcrossTenants(ticket.sessionId);
      const now = clock();
      if (session === null || !counts(session, ticket, rules, now)) return null;
      if (now - session.seenAt >= seenAccuracyMs) await stores.sessions.noteSeen(session.id, now);
      return session;
    },

    /** Ends one session for good; a cookie that still names it opens nothing. */
    signOut: (scope: Scope, sessionId: string): Promise<void> =>
      stores.transaction(async (within) => {
        await within.sessions.end(sessionId);
        await within.activity.record(scope, { kind: 'signOut' }, scope.actor?.id ?? null, clock());
      }),

    /** Ends one of the actor's own sessions, or all but the one that asks. Somebody else's id ends nothing. */
    endOwn: (scope: Scope, which: { id: string } | { allBut: string }): Promise<void> =>
      stores.transaction(async (within) => {
        const actorId = scope.actor?.id ?? '';
        if ('allBut' in which) await within.sessions.endAllOf(scope, actorId, which.allBut);
        else if (!(await within.sessions.endOwn(scope, which.id))) return;
        const event = { kind: 'sessions.ended', which: 'allBut' in which ? 'others' : 'one' } as const;
        await within.activity.record(scope, event, actorId, clock());
      }),
  };
}

function standing({ user, tenant }: Credentials, now: number): SignInFailure | null {
  if (user.state !== 'active') return user.state;
  if (tenant.state !== 'active') return 'tenant';
  return user.temporaryUntil !== null && user.temporaryUntil <= now ? 'expired' : null;
}

function counts(
  { user, tenant, createdAt, seenAt }: LiveSession,
  ticket: SessionTicket,
  rules: RegionRules,
  now: number,
): boolean {
  const limit =
    user.password === 'temporary' ? Math.min(changeWithinMs(rules), absoluteLimitMs(rules)) : absoluteLimitMs(rules);
  return (
    user.epoch === ticket.epoch &&
    standing({ user, tenant, passwordHash: '' }, now) === null &&
    now - createdAt < limit &&
    now - seenAt < idleLimitMs(rules)
  );
}
