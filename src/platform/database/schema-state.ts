import type { Knex } from 'knex';

/** The migrations of a database, compared with those of this release. */
export interface SchemaState {
  /** The number of this release's migrations that have been applied to the database. */
  readonly done: number;
  /** The number of this release's migrations that have not been applied to the database. */
  readonly pending: number;
  /** The names of migrations from later releases that have been applied to the database, sorted. */
  readonly later: readonly string[];
}

/** Thrown if this release can't use the schema of the database. */
export class UnknownMigrations extends Error {}

/**
 * Compares the migrations of a database with those of this release. Writes nothing, so an empty database stays empty.
 * @param known the names of this release's migrations, in order
 * @throws UnknownMigrations if this release can't use the schema
 */
export async function readSchemaState(knex: Knex, known: readonly string[]): Promise<SchemaState> {
  const done = await doneMigrations(knex);
  const newest = known.at(-1) ?? '';
  const unknown = done.filter((name) => !known.includes(name)).sort();
  const [foreign] = unknown.filter((name) => name < newest);
  if (foreign !== undefined) throw ofAnotherHistory(foreign);
  const pending = known.filter((name) => !done.includes(name));
  const [missing] = pending;
  // A later release would have run all earlier migrations first, so the list was edited by hand or partially restored.
  if (unknown.length > 0 && missing !== undefined) throw incomplete(missing);
  const breaking = unknown.find((name) => !isCompatible(name, known));
  if (breaking !== undefined) throw tooNew(breaking);
  return { done: known.length - pending.length, pending: pending.length, later: unknown };
}

async function doneMigrations(knex: Knex): Promise<string[]> {
  if (!(await knex.schema.hasTable('knex_migrations'))) return [];
  return knex('knex_migrations').orderBy('id').pluck<string[]>('name');
}

// If a migration removes something that earlier releases use, its name ends with the timestamp of the migration that a
// release must include to be unaffected: `20270301000000_drop_users_phone_requires_20270101000000`.
function isCompatible(later: string, known: readonly string[]): boolean {
  const [, required] = /_requires_(\d{14})$/.exec(later) ?? [];
  return required === undefined || known.some((name) => name.startsWith(required));
}

const ofAnotherHistory = (name: string): UnknownMigrations =>
  new UnknownMigrations(
    `This database was migrated by another version of Parvis: this version has no migration ${name}. ` +
      'Start the version that last used the database. Databases from before 0.1.0 cannot be upgraded. Nothing was changed.',
  );

const incomplete = (name: string): UnknownMigrations =>
  new UnknownMigrations(
    `This database was migrated by a later release of Parvis, but lacks the earlier migration ${name}. ` +
      'Restore a backup of the whole database. Nothing was changed.',
  );

const tooNew = (name: string): UnknownMigrations =>
  new UnknownMigrations(
    `This database was migrated by a later release of Parvis, and its migration ${name} removed what this release needs. ` +
      'Start the later release, or restore a backup from before the upgrade. Nothing was changed.',
  );
