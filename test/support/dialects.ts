import { postgres, skipWithout } from './services.ts';

/** Whether this is the long run (`npm run test:long`). */
export const isLongRun = process.env.PARVIS_LONG === '1';

/** A database on which a suite runs. */
export interface Dialect {
  readonly dialect: 'SQLite' | 'PostgreSQL';
  /** The URL of the PostgreSQL database; undefined for SQLite. */
  readonly databaseUrl: string | undefined;
  /** The reason for skipping the suite, or false. */
  readonly skip: string | false;
}

const sqlite: Dialect = { dialect: 'SQLite', databaseUrl: undefined, skip: false };

/**
 * @returns SQLite and, in the long run, a new PostgreSQL database. Use this only for suites whose SQL statements other
 * tests run on both databases in every run
 */
export async function dialectsOfRun(): Promise<readonly Dialect[]> {
  if (!isLongRun) return [sqlite];
  const server = await postgres();
  return [sqlite, { dialect: 'PostgreSQL', databaseUrl: server?.url, skip: skipWithout('postgres', server) }];
}
