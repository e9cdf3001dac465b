import type { RegionRules } from '../../domain/regions.ts';
import { periodsOf } from '../../domain/retention-periods.ts';
import { newFingerprint, type OwnIdentity, type RegionIdentity, RegionMismatch } from '../region-identity.ts';
import { preparedQuery, type Database } from './database.ts';

/** Thrown if a command that must not migrate the database finds an empty database or an older schema. */
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

/** @returns the region and installation that the database is bound to; null if it is not bound or has no schema */
export async function findBinding({ knex }: Database): Promise<OwnIdentity | null> {
  if (!(await knex.schema.hasTable('deployment'))) return null;
  const row = await knex('deployment').where({ id: 1 }).first<Partial<OwnIdentity> | undefined>();
  return row?.region === undefined ? null : { region: row.region, fingerprint: row.fingerprint ?? null };
}

/** @returns the identity of the installation that a prepared database belongs to */
export async function getIdentity(database: Database): Promise<RegionIdentity> {
  const { region, fingerprint } = (await findBinding(database)) ?? { region: '', fingerprint: null };
  if (fingerprint === null) throw new Error('The database is not bound to a region');
  return { region, fingerprint };
}

/**
 * Rejects another region's database. Compares only the ID, because the rules of a region may change.
 * @returns the region and installation that the database is bound to; null if it is not bound
 * @throws RegionMismatch
 */
export async function assertRegion(database: Database, region: string): Promise<OwnIdentity | null> {
  const binding = await findBinding(database);
  if (binding !== null && binding.region !== region) throw new RegionMismatch(binding.region, region);
  return binding;
}

/**
 * Binds a migrated but unbound database to a region, and stores the retention periods of the region's rules. The caller must
 * hold the migration lock.
 * @param fingerprint the fingerprint in the data directory; null if the directory is not marked
 * @returns the identity that was stored
 */
export async function bindRegion(
  { knex }: Database,
  rules: RegionRules,
  fingerprint: string | null,
): Promise<RegionIdentity> {
  // Store the periods first: without them, a bound database would accept a shorter period without confirmation.
  const periods = Object.entries(periodsOf(rules)).map(([rule, days]) => ({ rule, days }));
  await knex('retention_periods').insert(periods).onConflict('rule').ignore();
  const identity = { region: rules.region, fingerprint: fingerprint ?? newFingerprint() };
  await knex('deployment').insert(Object.assign({ id: 1 }, identity));
  return identity;
}

const findOwnRegion = preparedQuery<{ region: string }>('deployment.region', (knex, $) =>
  knex('deployment')
    .select('region')
    .where({ id: $('id') }),
);

/**
 * Updates the row that binds the database to its region without changing its values, and reads it with a prepared
 * query. The write fails on a standby or with a full disk. The read fails behind a connection pooler that loses
 * prepared statements.
 */
export async function proveWritable(database: Database): Promise<void> {
  const { knex } = database;
  await knex('deployment').update({ region: knex.ref('region') });
  await findOwnRegion(database, { id: 1 });
}
