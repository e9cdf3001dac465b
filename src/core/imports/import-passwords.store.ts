import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Knex } from 'knex';
import { type Database, preparedQuery, type Build } from '../../platform/database/database.ts';
import type { Scope } from '../../domain/scope.ts';
import { inTenant } from '../accounts/index.ts';
import { actingUserId } from '../../domain/principal.ts';

/** A user who was added by an import and has not signed in yet. */
export interface Newcomer {
  readonly line: number;
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly epoch: number;
}

interface NewcomerRow {
  line: number;
  user_id: string;
  username: string;
  display_name: string;
  epoch: number;
}

/**
 * The hash to store for a new credential, with the user's epoch when it was issued. For a one-time link, no password
 * matches the hash. Times are epoch ms.
 */
export interface IssuedHash extends Pick<Newcomer, 'line' | 'userId' | 'epoch'> {
  readonly hash: string;
  readonly by: string | null;
  readonly at: number;
  readonly until: number;
}

const usersPerBatch = 200;
const usersPerCount = 5_000;

// A changed epoch means that the user was blocked or received another credential. The user is looked up with a
// subquery: the import has just added rows, and without up-to-date statistics both databases choose a slow join plan.
// Use prepared statements: in SQLite, they do not wait for an import that is being applied.
function selectNewcomers(knex: Knex, $: Parameters<Build>[1]): Knex.QueryBuilder {
  return knex('import_rows')
    .where({ import_id: $('id'), outcome: 'added' })
    .whereExists(
      knex('imports').where({ id: $('id'), tenant_id: $('tenant'), user_id: $('user'), state: 'applied' }) as never,
    )
    .where(
      'epoch',
      knex('users')
        .where({ id: knex.ref('import_rows.user_id'), tenant_id: $('tenant') })
        .where({ state: 'active', password: 'temporary', last_sign_in_at: 0 })
        .select('users.epoch') as never,
    );
}

const countQuery = preparedQuery<{ count: number; last: number | null }>('importPasswords.count', (knex, $) =>
  knex
    .from(selectNewcomers(knex, $).where('line', '>', $('line')).orderBy('line').limit(usersPerCount).as('some'))
    .count({ count: '*' })
    .max({ last: 'line' }),
);

const countIssuedQuery = preparedQuery<{ count: number }>('importPasswords.countIssued', (knex, $) =>
  knex('import_rows')
    .where({ import_id: $('id'), outcome: 'added' })
    .where('epoch', '>', 0)
    .whereExists(knex('imports').where({ id: $('id'), tenant_id: $('tenant'), user_id: $('user') }) as never)
    .count({ count: '*' }),
);

const listAfterQuery = preparedQuery<NewcomerRow>('importPasswords.listAfter', (knex, $) =>
  selectNewcomers(knex, $)
    .where('line', '>', $('line'))
    .orderBy('line')
    .limit(usersPerBatch)
    .select('line', 'user_id', 'username', 'display_name', 'epoch'),
);

function valuesOf(scope: Scope, id: string) {
  return { tenant: scope.tenant.id, user: actingUserId(scope), id };
}

// The users cannot change during the rest of the transaction: SQLite has a single writer, and PostgreSQL locks these
// rows.
async function filterUnchanged(database: Database, scope: Scope, hashes: readonly IssuedHash[]): Promise<IssuedHash[]> {
  const query = database
    .knex('users')
    .whereIn(
      'id',
      hashes.map(({ userId }) => userId),
    )
    .whereRaw(inTenant, [scope.tenant.id])
    .where({ state: 'active', password: 'temporary', last_sign_in_at: 0 });
  if (database.dialect === 'postgres') query.forUpdate();
  const rows = await query.select<{ id: string; epoch: number }[]>('id', 'epoch');
  const epochs = new Map(rows.map(({ id, epoch }) => [id, epoch]));
  return hashes.filter(({ userId, epoch }) => epochs.get(userId) === epoch);
}

/**
 * @returns the number of users in a download: users who were added by the import, have not signed in, and have not
 * received another credential
 */
export async function count(database: Database, scope: Scope, id: string): Promise<number> {
  // Counted in slices, because SQLite blocks the process during a query.
  for (let [total, line] = [0, 0]; ; await nextTurn()) {
    const [some] = await countQuery(database, { ...valuesOf(scope, id), line });
    total += some?.count ?? 0;
    line = some?.last ?? 0;
    if ((some?.count ?? 0) < usersPerCount) return total;
  }
}

/** @returns the number of users who have already received a temporary password or a one-time link from this import */
export async function countIssued(database: Database, scope: Scope, id: string): Promise<number> {
  return (await countIssuedQuery(database, valuesOf(scope, id)))[0]?.count ?? 0;
}

/**
 * @param line the last row number of the previous batch
 * @returns the next batch of users in a download
 */
export async function listAfter(database: Database, scope: Scope, id: string, line: number): Promise<Newcomer[]> {
  return (await listAfterQuery(database, { ...valuesOf(scope, id), line })).map((row) => ({
    line: row.line,
    userId: row.user_id,
    username: row.username,
    displayName: row.display_name,
    epoch: row.epoch,
  }));
}

/**
 * Stores the hashes of new credentials, within a transaction. Skips users who have changed since the credential was
 * issued.
 * @returns the IDs of the users whose hash was stored
 */
export async function issue(
  database: Database,
  scope: Scope,
  id: string,
  hashes: readonly IssuedHash[],
): Promise<Set<string>> {
  const untouched = await filterUnchanged(database, scope, hashes);
  // All credentials were issued together, so their expiry and issuer are the same.
  const [first] = untouched;
  if (first === undefined) return new Set();
  const values = untouched.flatMap(({ userId, hash }) => [userId, hash]);
  const userIds = untouched.map(({ userId }) => userId);
  const next = { temporary_until: first.until, epoch: database.knex.raw('epoch + 1') };
  await database.knex('users').whereIn('id', userIds).update(next);
  await database.knex.raw(
    `with issued (user_id, hash) as (values ${untouched.map(() => '(?, ?)').join(', ')})
         update credentials set secret = issued.hash, set_by = ?, created_at = ?
         from issued where credentials.user_id = issued.user_id and kind = 'password'`,
    [...values, first.by as string, first.at],
  );
  const lines = untouched.map(({ line }) => line);
  await database.knex('import_rows').where('import_id', id).whereIn('line', lines).increment('epoch', 1);
  return new Set(untouched.map(({ userId }) => userId));
}
