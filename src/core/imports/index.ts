import type { Logger } from 'pino';
import type { RegionRules } from '../../domain/regions.ts';
import type { Database } from '../../platform/database/database.ts';
import type { JobRunner } from '../../platform/background-jobs.ts';
import type { Accounts } from '../accounts/index.ts';
import type { UserCells } from './columns.ts';
import { createImports } from './imports.ts';
import { createImportPasswords } from './passwords.ts';
import { createImportRun } from './run.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';

export interface ImportsContextDependencies {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'throttle' | 'credentialIssuer'>;
  readonly hasher: Hasher;
  readonly cells: UserCells;
  readonly rules: RegionRules;
  readonly background: JobRunner;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
}

// Imports run as soon as they are confirmed; the interval finds those of a process that ended.
const importsIntervalMs = 10_000;

/** Users from files: read, planned, confirmed, then applied in the background. */
export function createImportsContext(deps: ImportsContextDependencies) {
  const { database, hasher, rules, cells, clock, log } = deps;
  const { throttle, credentialIssuer } = deps.accounts;
  const run = createImportRun({ database, hasher, rules, clock, log });
  return {
    imports: createImports({ database, csv: cells, throttle, clock }),
    passwords: createImportPasswords({ database, credentialIssuer, hasher, throttle, clock }),
    wake: deps.background.add({ name: 'Imports', everyMs: importsIntervalMs, run }),
  };
}

export { type CsvColumn, csvColumns, type UserCells } from './columns.ts';
export * as importsStore from './imports.store.ts';
export { type Imports, maxRows } from './imports.ts';
export type { Delivery, ImportPasswords, IssuedPassword } from './passwords.ts';
export type { Import } from './rows.ts';
