import { processInChunks } from '../../platform/database/chunks.ts';
import { importRetentionMs, type Counts, type AbortReason } from '../../domain/imports.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User, Change } from '../../domain/people/user.ts';
import { type NewEntry, activityStore } from '../activity/index.ts';
import { type UserChange, usersStore, usersBatchStore, type NewUser } from '../accounts/index.ts';
import type { Decision } from './decide.ts';
import type { WantedImport } from './run.store.ts';
import * as importRunsStore from './run.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { displayNameOf } from '../../domain/principal.ts';

const usersAtOnce = 100;

/** Does all that was decided, records it, and ends the import. @param unusableHash a tag that no password has */
export async function writeAll(
  tx: Database,
  scope: Scope,
  wanted: WantedImport,
  { decision, at, unusableHash }: { decision: Decision; at: number; unusableHash: string },
): Promise<void> {
  const { added, changed, unchanged, refused } = decision;
  const counts = countsOf(wanted, decision);
  // Made as they are written: ten thousand users more in memory would be as many for the collector to carry about.
  await processInChunks(added, usersAtOnce, (some) =>
    usersStore.insertMany(
      tx,
      scope,
      some.map((row) => newUser(row, scope, at, unusableHash)),
    ),
  );
  await processInChunks(changed, usersAtOnce, (some) =>
    usersBatchStore.updateMany(
      tx,
      scope,
      some.map(({ row, user }) => changedUser(user, row.changes)),
    ),
  );
  await activityStore.recordMany(tx, scope, [...entriesOf(decision), { event: summaryOf(counts), targetId: null }], at);
  await importRunsStore.settle(tx, wanted.id, [...unchanged, ...refused]);
  const end = { state: 'done', counts, stoppedBy: null, at, expiresAt: at + importRetentionMs } as const;
  await importRunsStore.finish(tx, wanted.id, end);
}

/** Ends an import without having done anything. @param decision where rows spoke against it, so that they can be shown */
export async function writeStop(
  tx: Database,
  wanted: WantedImport,
  { stoppedBy, decision, at }: { stoppedBy: AbortReason; decision?: Decision | undefined; at: number },
): Promise<void> {
  if (decision) await importRunsStore.settle(tx, wanted.id, [...decision.unchanged, ...decision.refused]);
  const counts = decision ? countsOf(wanted, decision) : wanted.counts;
  await importRunsStore.finish(tx, wanted.id, {
    state: 'stopped',
    counts,
    stoppedBy,
    at,
    expiresAt: at + importRetentionMs,
  });
}

// Rows that were refused or unchanged when they were shown were not judged again.
const countsOf = ({ counts }: WantedImport, { added, changed, unchanged, refused }: Decision): Counts => ({
  added: added.length,
  changed: changed.length,
  unchanged: counts.unchanged + unchanged.length,
  refused: counts.refused + refused.length,
});

const summaryOf = (counts: Counts) => ({ kind: 'users.imported', ...counts }) as const;

const addition = { kind: 'user.added' } as const;

const entriesOf = ({ added, changed }: Decision): NewEntry[] => [
  ...added.map(({ userId }): NewEntry => ({ event: addition, targetId: userId })),
  ...changed.map(({ row, user }): NewEntry => ({
    event: { kind: 'user.edited', changes: row.changes },
    targetId: user.id,
  })),
];

// Nobody can sign in until a temporary password is made: this one has run out before anybody could know it.
function newUser(
  { userId, username, user }: Decision['added'][number],
  scope: Scope,
  at: number,
  unusableHash: string,
): NewUser {
  return {
    ...user,
    id: userId,
    username,
    state: 'active',
    password: 'temporary',
    passwordHash: unusableHash,
    temporaryUntil: at,
    passwordSetBy: displayNameOf(scope.principal),
    passwordSetAt: at,
    lastSignInAt: null,
    createdAt: at,
  };
}

const changedUser = (user: User, changes: readonly Change[]): UserChange => ({
  ...user,
  ...Object.fromEntries(changes.map(({ field, to }) => [field, to])),
});
