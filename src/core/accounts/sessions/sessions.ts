import type { RegionRules } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import { effectiveRules } from '../../../domain/tenant-rules.ts';
import type { LiveSession } from '../stores/sessions.mapping.ts';
import { openWithin, signIn, type SessionsDependencies, type SessionTicket } from './sign-in.ts';
import { isSessionValid, supportEndOf } from './validity.ts';
import { activityStore } from '../../activity/index.ts';
import * as sessionsStore from '../stores/sessions.store.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import { bind } from '../../../platform/bind.ts';
import { actorIdOf, actingUserId } from '../../../domain/principal.ts';

export type { SessionTicket, SignInResult } from './sign-in.ts';

// How stale "last seen" may be: a write a minute instead of one a request.
const seenAccuracyMs = 60_000;

export type Sessions = ReturnType<typeof createSessions>;

/** @returns the session behind a ticket if it still counts now, on this node as on every other; else null */
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
  // Nobody waits for it, and a database that cannot write can still be read.
  if (now - session.seenAt >= seenAccuracyMs) {
    sessionsStore
      .noteSeen(database, session.id, now)
      .catch((error: unknown) => log.warn(error, 'Last seen stays as it is'));
  }
  return { ...session, supportEnd: supportEndOf(session, rules, now) };
}

/** Ends one session for good; a cookie that still names it opens nothing. */
export function signOut(deps: SessionsDependencies, scope: Scope, sessionId: string): Promise<void> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    await sessionsStore.end(tx, sessionId);
    await activityStore.record(tx, scope, { kind: 'signOut' }, actorIdOf(scope), clock());
  });
}

/** Ends one of the actor's own sessions, or all but the one that asks. @returns false for an id that is not theirs */
export function endOwn(
  deps: SessionsDependencies,
  scope: Scope,
  which: { id: string } | { allBut: string },
): Promise<boolean> {
  const { database, clock } = deps;
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    const actorId = actingUserId(scope);
    if ('allBut' in which) await sessionsStore.endAllOfUser(tx, scope, actorId, which.allBut);
    else if (!(await sessionsStore.endOwn(tx, scope, which.id))) return false;
    const event = { kind: 'sessions.ended', which: 'allBut' in which ? 'others' : 'one' } as const;
    await activityStore.record(tx, scope, event, actorId, clock());
    return true;
  });
}

export const createSessions = (deps: SessionsDependencies) =>
  bind(deps, { openWithin, signIn, resume, signOut, endOwn });
