import { existsSync } from 'node:fs';
import type { DatabaseConfig } from '../config/config.ts';
import type { Database } from './database.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

export interface Timeouts {
  /** The statement timeout of PostgreSQL in ms; 0 for no limit. */
  readonly statementMs: number;
  /** How long SQLite waits for a lock that another process holds, in ms. */
  readonly lockMs: number;
}

/** The timeouts of a server, which must quickly fail requests that wait for a lock. */
export const serverTimeouts: Timeouts = { statementMs: 5_000, lockMs: 1_000 };

/** The timeouts of commands, which don't serve requests. */
export const commandTimeouts: Timeouts = { statementMs: 5_000, lockMs: 10_000 };

/** The timeouts of migrations, and of commands whose duration grows with the size of the database. */
export const longTimeouts: Timeouts = { statementMs: 0, lockMs: 60_000 };

/**
 * Opens the region's database, which must exist.
 * @param onFault called once if the SQLite file of a running process was deleted, replaced or found to be damaged
 */
export function openDatabase(
  config: DatabaseConfig,
  timeouts = serverTimeouts,
  onFault: (fault: Error) => void = () => {},
): Database {
  return config.kind === 'sqlite'
    ? openSqlite(config.file, timeouts.lockMs, onFault)
    : openPostgres(config.url, timeouts.statementMs);
}

/**
 * Opens the region's database for a command that must not change it: the database rejects every write.
 * @returns null if the SQLite file does not exist; it is not created
 */
export function openReadOnly(config: DatabaseConfig, timeouts = commandTimeouts): Database | null {
  if (config.kind === 'postgres') return openPostgres(config.url, timeouts.statementMs, { isReadOnly: true });
  return existsSync(config.file) ? openSqlite(config.file, timeouts.lockMs, () => {}, { isReadOnly: true }) : null;
}
