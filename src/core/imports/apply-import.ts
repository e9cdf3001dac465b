import { processInChunks } from '../../platform/database/chunks.ts';
import { importRetentionMs, type Counts, type AbortReason } from '../../domain/imports.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User, Change } from '../../domain/people/user.ts';
import { type NewEntry, activityStore } from '../activity/index.ts';
import { type UserChange, usersStore, usersBatchStore, type NewUser } from '../accounts/index.ts';
import type { RecheckedRows } from './recheck-rows.ts';
import type { ConfirmedImport } from './import-job.store.ts';
import * as importJobStore from './import-job.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { displayNameOf } from '../../domain/principal.ts';

const usersPerBatch = 100;

/**
 * Writes the rechecked rows, records them, and marks the import as applied.
 * @param unusableHash a hash that no password matches
 */
export async function applyImport(
  tx: Database,
  scope: Scope,
  confirmed: ConfirmedImport,
  { rechecked, at, unusableHash }: { rechecked: RecheckedRows; at: number; unusableHash: string },
): Promise<void> {
  const { added, changed, unchanged, refused } = rechecked;
  const counts = countsOf(confirmed, rechecked);
  // Build the users per batch, to avoid another ten thousand objects in memory.
  await processInChunks(added, usersPerBatch, (some) =>
    usersStore.insertMany(
      tx,
      scope,
      some.map((row) => newUser(row, scope, at, unusableHash)),
    ),
  );
  await processInChunks(changed, usersPerBatch, (some) =>
    usersBatchStore.updateMany(
      tx,
      scope,
      some.map(({ row, user }) => changedUser(user, row.changes)),
    ),
  );
  await activityStore.recordMany(
    tx,
    scope,
    [...toEntries(rechecked), { event: toSummary(counts), targetId: null }],
    at,
  );
  await importJobStore.updateOutcomes(tx, confirmed.id, [...unchanged, ...refused]);
  const end = { state: 'applied', counts, abortReason: null, at, expiresAt: at + importRetentionMs } as const;
  await importJobStore.finish(tx, confirmed.id, end);
}

/**
 * Aborts an import without changing any user.
 * @param rechecked the rechecked rows, if some of them were refused; their outcomes are stored for the page of the
 * import
 */
export async function abortImport(
  tx: Database,
  confirmed: ConfirmedImport,
  { abortReason, rechecked, at }: { abortReason: AbortReason; rechecked?: RecheckedRows | undefined; at: number },
): Promise<void> {
  if (rechecked) await importJobStore.updateOutcomes(tx, confirmed.id, [...rechecked.unchanged, ...rechecked.refused]);
  const counts = rechecked ? countsOf(confirmed, rechecked) : confirmed.counts;
  await importJobStore.finish(tx, confirmed.id, {
    state: 'aborted',
    counts,
    abortReason,
    at,
    expiresAt: at + importRetentionMs,
  });
}

// Rows that were refused or unchanged when they were staged are not rechecked, so their counts are added.
const countsOf = ({ counts }: ConfirmedImport, { added, changed, unchanged, refused }: RecheckedRows): Counts => ({
  added: added.length,
  changed: changed.length,
  unchanged: counts.unchanged + unchanged.length,
  refused: counts.refused + refused.length,
});

const toSummary = (counts: Counts) => ({ kind: 'users.imported', ...counts }) as const;

const addition = { kind: 'user.added' } as const;

const toEntries = ({ added, changed }: RecheckedRows): NewEntry[] => [
  ...added.map(({ userId }): NewEntry => ({ event: addition, targetId: userId })),
  ...changed.map(({ row, user }): NewEntry => ({
    event: { kind: 'user.edited', changes: row.changes },
    targetId: user.id,
  })),
];

// The user cannot sign in until a temporary password is issued: no password matches the stored hash, which has also
// expired.
function newUser(
  { userId, username, user }: RecheckedRows['added'][number],
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
