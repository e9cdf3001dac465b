import type { RegionRules } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import { effectiveRules } from '../../../domain/tenant-rules.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import { openWithin, signIn, type SessionsDependencies, type SessionTicket } from './sign-in.ts';
import { isSessionValid, supportEndOf } from './validity.ts';
import { activityStore } from '../../activity/index.ts';
import { wereSessionsJustEnded } from './ended-sessions.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import { bind } from '../../../platform/bind.ts';
import { actorIdOf, actingUserId } from '../../../domain/principal.ts';

export type { SessionTicket, SignInResult } from './sign-in.ts';

// The precision of the time at which a session was last seen. It allows one write per minute instead of one per
// request.
const lastSeenPrecisionMs = 60_000;

export type Sessions = ReturnType<typeof createSessions>;

/**
 * @returns the session for a ticket; null if it is no longer valid, for example because it was ended on another node
 */
export async function resume(
  deps: SessionsDependencies,
  rules: RegionRules,
  ticket: SessionTicket,
): Promise<LiveSession | null> {
  const { database, clock, log } = deps;
  const session = await sessionsStore.findLiveAcrossTenants(database, ticket.sessionId);
  const now = clock();
  if (session === null || !isSessionValid(session, ticket, effectiveRules(rules, session.tenant.ownRules), now))
    return null;
  // Do not await the write: pages must still open if the database is read-only.
  if (now - session.seenAt >= lastSeenPrecisionMs) {
    sessionsStore
      .updateLastSeen(database, session.id, now)
      .catch((error: unknown) => log.warn(error, 'The time at which a session was last seen was not updated'));
  }
  return { ...session, supportEnd: supportEndOf(session, rules, now) };
}

/** Ends a session. Cookies that refer to it become invalid. */
export function signOut(deps: SessionsDependencies, scope: Scope, sessionId: string): Promise<void> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    await sessionsStore.end(tx, sessionId);
    await activityStore.record(tx, scope, { kind: 'signOut' }, actorIdOf(scope), clock());
  });
}

/**
 * Ends one of the actor's own sessions, or all except the current one.
 * @returns false if the session belongs to another user or has already ended
 */
export function endOwn(
  deps: SessionsDependencies,
  scope: Scope,
  which: { id: string } | { allExcept: string },
): Promise<boolean> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const actorId = actingUserId(scope);
    if ('allExcept' in which) {
      const ended = await sessionsStore.endAllOfUser(tx, scope, actorId, which.allExcept);
      if (ended === 0 && (await wereSessionsJustEnded(tx, scope, actorId, clock()))) return true;
    } else if (!(await sessionsStore.endOwn(tx, scope, which.id))) return false;
    const event = { kind: 'sessions.ended', which: 'allExcept' in which ? 'others' : 'one' } as const;
    await activityStore.record(tx, scope, event, actorId, clock());
    return true;
  });
}

export const createSessions = (deps: SessionsDependencies) =>
  bind(deps, { openWithin, signIn, resume, signOut, endOwn });
