import type { Database } from '../../data/database.ts';
import type { Scope } from '../../domain/scope.ts';
import { inTenant } from '../users/users.batch.store.ts';

/** A user whom an import added and who has not signed in since. */
export interface NewComer {
  readonly line: number;
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly epoch: number;
}

interface NewComerRow {
  line: number;
  id: string;
  username: string;
  display_name: string;
  epoch: number;
}

/** A temporary password as it is kept, for a user as they were when it was made. */
export interface IssuedHash extends Pick<NewComer, 'line' | 'userId' | 'epoch'> {
  readonly hash: string;
}

const usersAtOnce = 200;

/** The temporary passwords of an import: made, and their hashes kept, while they are downloaded. */
export function importPasswordsStore(database: Database) {
  const mine = (scope: Scope, id: string) =>
    database.knex('imports').where({ id, tenant_id: scope.tenant.id, user_id: scope.actor?.id ?? '' });

  // The epoch tells whether somebody else has given them another password since, or blocked them.
  // Crossed, not joined: SQLite then looks each row's user up, instead of all of the tenant's users among the rows.
  const newcomers = (scope: Scope, id: string) =>
    database
      .knex('import_rows')
      .crossJoin('users' as never)
      .where('import_rows.import_id', id)
      .whereExists(mine(scope, id).where('state', 'done'))
      .where({ 'import_rows.outcome': 'added', 'users.tenant_id': scope.tenant.id })
      .where({ 'users.state': 'active', 'users.password': 'temporary', 'users.last_sign_in_at': 0 })
      .where({
        'users.id': database.knex.ref('import_rows.user_id'),
        'users.epoch': database.knex.ref('import_rows.epoch'),
      });

  return {
    /** @returns how many of an import's users have not signed in and hold no other password: those a download would serve */
    count: async (scope: Scope, id: string): Promise<number> => {
      const [row] = await newcomers(scope, id).count<{ count: number }[]>({ count: '*' });
      return row?.count ?? 0;
    },

    /** @returns how many have been given a password by this import already */
    countIssued: async (scope: Scope, id: string): Promise<number> => {
      const query = database.knex('import_rows').where('import_id', id).whereExists(mine(scope, id));
      const [row] = await query
        .where('outcome', 'added')
        .where('epoch', '>', 0)
        .count<{ count: number }[]>({ count: '*' });
      return row?.count ?? 0;
    },

    /** @returns the next of them behind a line */
    listAfter: async (scope: Scope, id: string, line: number): Promise<NewComer[]> => {
      const columns = ['import_rows.line', 'users.id', 'users.username', 'users.display_name', 'users.epoch'];
      const query = newcomers(scope, id).where('import_rows.line', '>', line).orderBy('import_rows.line');
      const rows = await query.limit(usersAtOnce).select<NewComerRow[]>(columns);
      return rows.map((row) => ({
        ...{ line: row.line, userId: row.id, username: row.username },
        ...{ displayName: row.display_name, epoch: row.epoch },
      }));
    },

    /**
     * Keeps new temporary passwords, each only if nothing has happened to its user since it was made.
     * @returns the ids of the users who have theirs now
     */
    issue: async (
      scope: Scope,
      id: string,
      hashes: readonly IssuedHash[],
      { by, at, until }: { by: string | null; at: number; until: number },
    ): Promise<Set<string>> => {
      if (hashes.length === 0) return new Set();
      const values = hashes.flatMap(({ userId, epoch, hash }) => [userId, epoch, hash]);
      const issued: unknown = await database.knex.raw(
        `with issued (user_id, epoch, hash) as (values ${hashes.map(() => '(?, cast(? as integer), ?)').join(', ')})
         update users set password_hash = issued.hash, epoch = users.epoch + 1,
           temporary_until = ?, password_set_by = ?, password_set_at = ?
         from issued
         where users.id = issued.user_id and users.epoch = issued.epoch and ${inTenant}
           and users.state = 'active' and users.password = 'temporary' and users.last_sign_in_at = 0
         returning id`,
        [...values, until, by as string, at, scope.tenant.id],
      );
      const ids = new Set(rowsOf<{ id: string }>(issued).map((row) => row.id));
      const lines = hashes.filter(({ userId }) => ids.has(userId)).map(({ line }) => line);
      await database.knex('import_rows').where('import_id', id).whereIn('line', lines).increment('epoch', 1);
      return ids;
    },

    /** Takes the download for one caller until a time in epoch ms. @returns whether nobody else holds it, or has had all of it */
    claim: async (scope: Scope, id: string, holder: string, { now, until }: { now: number; until: number }) => {
      const free = mine(scope, id).where('state', 'done').whereNull('delivered_at');
      const claimed = await free
        .where((query) => void query.whereNull('delivering_until').orWhere('delivering_until', '<', now))
        .update({ delivery: holder, delivering_until: until });
      return claimed === 1;
    },

    /** Holds it for longer. @returns whether it was still held */
    renew: async (scope: Scope, id: string, holder: string, until: number): Promise<boolean> =>
      (await mine(scope, id).where({ delivery: holder }).update({ delivering_until: until })) === 1,

    /** Ends a download. @param deliveredAt epoch ms; null where it broke off */
    release: async (scope: Scope, id: string, holder: string, deliveredAt: number | null): Promise<void> => {
      const end = { delivery: null, delivering_until: null, delivered_at: deliveredAt };
      await mine(scope, id).where({ delivery: holder }).update(end);
    },
  };
}

// What a raw query gives is the driver's own: an array from SQLite, an object around one from PostgreSQL.
const rowsOf = <Row>(answer: unknown): Row[] =>
  (Array.isArray(answer) ? answer : (answer as { rows: Row[] }).rows) as Row[];
