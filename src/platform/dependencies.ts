import path from 'node:path';
import type { Config } from './config/config.ts';
import type { StoreName } from './database/store-errors.ts';
import { findStoreFault } from './database/unavailable.ts';
import type { Dependency, Fault } from './outages.ts';

/** The services that a portal depends on, as named in its log. */
export interface Dependencies {
  readonly database: Dependency;
  readonly redis: Dependency;
}

/** Checks of the stores, which throw while a store is not working. */
export interface Probes {
  database(): Promise<void>;
  sessions(): Promise<void>;
}

/** @returns the name of the setting that determines where the database is */
export const databaseSettingOf = ({ database, dataDirectory }: Pick<Config, 'database' | 'dataDirectory'>): string =>
  database.kind === 'sqlite' && path.dirname(database.file) === dataDirectory ? 'DATA_DIR' : 'DATABASE_URL';

/** @returns the name of the configured database */
export const databaseNameOf = ({ database }: Pick<Config, 'database'>): StoreName =>
  database.kind === 'sqlite' ? 'SQLite' : 'PostgreSQL';

/** @param probes null for a process that does not check whether an outage has ended */
export function dependenciesOf(
  config: Pick<Config, 'database' | 'dataDirectory'>,
  probes: Probes | null = null,
): Dependencies {
  return {
    database: store(databaseNameOf(config), databaseSettingOf(config), probes?.database),
    redis: store('Redis', 'REDIS_URL', probes?.sessions),
  };
}

const store = (name: StoreName, setting: string, probe?: () => Promise<void>): Dependency => ({
  name,
  setting,
  down: `${name} fails to serve requests`,
  up: `${name} is available again`,
  ...(probe === undefined ? {} : { probe }),
});

/** @returns the fault of the store that caused an error; null for an error that is not from a store */
export function storeFaultOf({ database, redis }: Dependencies, error: unknown): Fault | null {
  const fault = findStoreFault(error);
  if (fault === null) return null;
  // Not every connection error identifies its store, but Redis errors do.
  const dependency = fault.store === 'Redis' ? redis : database;
  return { dependency, code: fault.code, explanation: fault.explanation };
}
