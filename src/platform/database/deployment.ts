import type { RegionRules } from '../../domain/regions.ts';
import { periodsOf } from '../../domain/retention-periods.ts';
import { preparedQuery, type Database } from './database.ts';

/** Thrown if the database belongs to a region other than the configured one. */
export class RegionMismatch extends Error {
  /** The region that the database belongs to. */
  readonly bound: string;

  constructor(bound: string, region: string) {
    super(`This database belongs to the region ${bound}, but REGION is ${region}. Nothing was changed.`);
    this.bound = bound;
  }
}

/** Thrown if a command that must not migrate the database finds an empty or an older one. */
export class SchemaNotCurrent extends Error {
  /**
   * @param done the number of completed migrations
   * @param pending the number of pending ones
   */
  constructor(done: number, pending: number) {
    const fault = done === 0 ? 'The database is empty' : pendingMessage(pending);
    super(`${fault}; run "npx parvis migrate". Nothing was changed.`);
  }
}

const pendingMessage = (pending: number): string =>
  pending === 1 ? '1 migration is pending' : `${pending} migrations are pending`;

/** @returns the region that the database is bound to; null if it is not bound or has no schema */
export async function findBoundRegion({ knex }: Database): Promise<string | null> {
  if (!(await knex.schema.hasTable('deployment'))) return null;
  const row = await knex('deployment').where({ id: 1 }).first<{ region: string } | undefined>('region');
  return row?.region ?? null;
}

/**
 * Rejects the database of another region. Compares only the ID, because the rules of a region may change.
 * @returns the region that the database is bound to; null if it is not bound
 * @throws RegionMismatch
 */
export async function assertRegion(database: Database, region: string): Promise<string | null> {
  const bound = await findBoundRegion(database);
  if (bound !== null && bound !== region) throw new RegionMismatch(bound, region);
  return bound;
}

/**
 * Binds a migrated database to a region, unless it is already bound, and stores the retention periods of its rules. The
 * caller must hold the migration lock.
 */
export async function bindRegion({ knex }: Database, rules: RegionRules): Promise<void> {
  // The periods come first: a database that is bound must have them, or a shorter period would need no confirmation.
  const periods = Object.entries(periodsOf(rules)).map(([rule, days]) => ({ rule, days }));
  await knex('retention_periods').insert(periods).onConflict('rule').ignore();
  await knex('deployment').insert({ id: 1, region: rules.region }).onConflict('id').ignore();
}

const findOwnRegion = preparedQuery<{ region: string }>('deployment.region', (knex, $) =>
  knex('deployment')
    .select('region')
    .where({ id: $('id') }),
);

/**
 * Writes the row that binds the database to its region, unchanged, and reads it with a prepared query. The write fails
 * on a standby or a full disk. The read fails behind a connection pooler that loses prepared statements.
 */
export async function proveWritable(database: Database): Promise<void> {
  const { knex } = database;
  await knex('deployment').update({ region: knex.ref('region') });
  await findOwnRegion(database, { id: 1 });
}
