import type { Database } from './database.ts';

/** A process of one region was started on the database of another. */
export class RegionMismatch extends Error {
  /** The region that the database belongs to. */
  readonly bound: string;

  constructor(bound: string, region: string) {
    super(`This database belongs to the region ${bound}, but REGION is ${region}. Nothing was changed.`);
    this.bound = bound;
  }
}

/** A database has migrations that this version does not have. */
export class UnknownMigrations extends Error {
  constructor(name: string) {
    super(
      `This database was migrated by another version of Parvis: this one does not know ${name}. ` +
        'Start the version that last used the database, or a newer one. Databases from before 0.1.0 cannot be upgraded. Nothing was changed.',
    );
  }
}

/** @returns the region that the database belongs to; null for a database that has none yet, or no schema */
export async function findBoundRegion({ knex }: Database): Promise<string | null> {
  if (!(await knex.schema.hasTable('deployment'))) return null;
  const row = await knex('deployment').where({ id: 1 }).first<{ region: string } | undefined>('region');
  return row?.region ?? null;
}

/**
 * Rejects the database of another region, by its id alone: the rules may change.
 * @returns the region that the database belongs to; null for a database that has none yet
 * @throws RegionMismatch
 */
export async function assertRegion(database: Database, region: string): Promise<string | null> {
  const bound = await findBoundRegion(database);
  if (bound !== null && bound !== region) throw new RegionMismatch(bound, region);
  return bound;
}

/** Binds a migrated database to a region, unless it is bound already. The caller holds the migration lock. */
export async function bindRegion({ knex }: Database, region: string): Promise<void> {
  await knex('deployment').insert({ id: 1, region }).onConflict('id').ignore();
}
