import type { DatabaseConfig } from '../config/config.ts';
import type { Database } from './database.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

/**
 * Opens the region's database. Nothing is created but, for SQLite, the file.
 * @param statementTimeoutMs how long PostgreSQL works on one statement before it gives up; 0 for as long as it takes
 */
export function openDatabase(config: DatabaseConfig, statementTimeoutMs = 5_000): Database {
  return config.kind === 'sqlite' ? openSqlite(config.file) : openPostgres(config.url, statementTimeoutMs);
}
