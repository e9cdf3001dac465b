import { importRetentionMs, type AbortReason, type Counts } from '../../domain/imports.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User, Change } from '../../domain/people/user.ts';
import { type NewEntry, activityStore } from '../activity/index.ts';
import { loadSpareApprover, type UserChange, usersStore, usersBatchStore, type NewUser } from '../accounts/index.ts';
import { ImportAborted } from './import-aborted.ts';
import { adminBalanceOf, recheckRows, type RecheckedRows } from './recheck-rows.ts';
import type { ConfirmedImport } from './import-job.store.ts';
import * as importJobStore from './import-job.store.ts';
import type { Database } from '../../platform/database/database.ts';
import { displayNameOf } from '../../domain/principal.ts';

/** A confirmed import within the transaction that ends it. */
export interface ImportRun {
  readonly tx: Database;
  /** The scope of the user who confirmed it. */
  readonly scope: Scope;
  readonly confirmed: ConfirmedImport;
  /** The tenant's domains. */
  readonly domains: readonly string[];
  /** Epoch ms. */
  readonly at: number;
  /** A hash that no password matches. */
  readonly unusableHash: string;
}

/**
 * Writes the rows and their log entries in slices, so that memory does not grow with the file. Then marks the import as
 * applied.
 * @throws ImportAborted if it cannot be applied as it was shown. Then the transaction must be rolled back
 */
export async function applyImport(run: ImportRun): Promise<void> {
  const { tx, scope, confirmed, at } = run;
  const activeAdmins = await usersStore.countActiveGlobalAdmins(tx, scope);
  const total = { counts: initialCounts(confirmed), demoted: 0, gained: 0 };
  for await (const rechecked of recheckInSlices(run)) {
    if (confirmed.mode === 'all' && rechecked.refused.length > 0) throw new ImportAborted('rows');
    await applySlice(run, rechecked);
    total.counts = addCounts(total.counts, rechecked);
    const { demoted, gained } = adminBalanceOf(rechecked);
    total.demoted += demoted;
    total.gained += gained;
  }
  const { counts, demoted, gained } = total;
  if (demoted > 0 && activeAdmins + gained - demoted <= 0) throw new ImportAborted('lastGlobalAdmin');
  await activityStore.record(tx, scope, toSummary(counts), null, at);
  const end = { state: 'applied', counts, abortReason: null, at, expiresAt: at + importRetentionMs } as const;
  await importJobStore.finish(tx, confirmed.id, end);
}

/**
 * Aborts an import because of rows that can no longer be applied, and marks them. Changes nothing if there are none.
 */
export async function recordConflicts(run: ImportRun): Promise<void> {
  const { tx, confirmed } = run;
  let counts = initialCounts(confirmed);
  for await (const rechecked of recheckInSlices(run)) {
    await importJobStore.updateOutcomes(tx, confirmed.id, [...rechecked.unchanged, ...rechecked.refused]);
    counts = addCounts(counts, rechecked);
  }
  if (counts.refused > confirmed.counts.refused) await abortImport(run, { reason: 'rows', counts });
}

/** Aborts an import without changing any user. */
export async function abortImport(
  { tx, confirmed, at }: ImportRun,
  { reason, counts }: { reason: AbortReason; counts: Counts },
): Promise<void> {
  const end = { state: 'aborted', counts, abortReason: reason, at, expiresAt: at + importRetentionMs } as const;
  await importJobStore.finish(tx, confirmed.id, end);
}

async function* recheckInSlices({ tx, scope, confirmed, domains, at }: ImportRun): AsyncGenerator<RecheckedRows> {
  const spareApprover = await loadSpareApprover(tx, scope, at);
  for await (const rows of importJobStore.readRowsToApply(tx, confirmed.id)) {
    yield await recheckRows(tx, scope, rows, { domains, now: at, spareApprover });
  }
}

async function applySlice(
  { tx, scope, confirmed, at, unusableHash }: ImportRun,
  rechecked: RecheckedRows,
): Promise<void> {
  const { added, changed, unchanged, refused } = rechecked;
  await usersStore.insertMany(
    tx,
    scope,
    added.map((row) => newUser(row, scope, at, unusableHash)),
  );
  await usersBatchStore.updateMany(
    tx,
    scope,
    changed.map(({ row, user }) => changedUser(user, row.changes)),
  );
  const entries = toEntries(rechecked);
  if (entries.length > 0) await activityStore.recordMany(tx, scope, entries, at);
  await importJobStore.updateOutcomes(tx, confirmed.id, [...unchanged, ...refused]);
}

// Rows that were refused or unchanged when they were staged are not rechecked, so their counts are added.
const initialCounts = ({ counts }: ConfirmedImport): Counts => ({
  added: 0,
  changed: 0,
  unchanged: counts.unchanged,
  refused: counts.refused,
});

const addCounts = (counts: Counts, { added, changed, unchanged, refused }: RecheckedRows): Counts => ({
  added: counts.added + added.length,
  changed: counts.changed + changed.length,
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

// The user cannot sign in until a temporary password or one-time link is issued: no password matches the stored hash,
// which has also expired.
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
