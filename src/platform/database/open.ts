import type { DatabaseConfig } from '../config/config.ts';
import type { Database } from './database.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

export interface Timeouts {
  /** How long PostgreSQL works on one statement before it gives up; 0 for no limit. */
  readonly statementMs: number;
  /** How long SQLite waits while another process holds the write lock. The driver blocks the event loop meanwhile. */
  readonly lockMs: number;
}

/** For a process that answers requests: a lock must not hold up all the others. */
export const serverTimeouts: Timeouts = { statementMs: 5_000, lockMs: 250 };

/** For a command, which serves nobody else. */
export const commandTimeouts: Timeouts = { statementMs: 5_000, lockMs: 10_000 };

/** For migrations, and for commands whose work grows with the database. */
export const longTimeouts: Timeouts = { statementMs: 0, lockMs: 60_000 };

/** Opens the region's database. For SQLite, creates the file if there is none. */
export function openDatabase(config: DatabaseConfig, timeouts = serverTimeouts): Database {
  return config.kind === 'sqlite'
    ? openSqlite(config.file, timeouts.lockMs)
    : openPostgres(config.url, timeouts.statementMs);
}
