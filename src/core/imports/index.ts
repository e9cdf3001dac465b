import type { Logger } from 'pino';
import type { Language, RegionRules } from '../../domain/regions.ts';
import type { NameOrder } from '../../domain/people/user.ts';
import type { Database } from '../../platform/database/database.ts';
import type { JobRunner } from '../../platform/background-jobs.ts';
import type { Accounts } from '../accounts/index.ts';
import type { UserCsvVocabulary } from './csv-vocabulary.ts';
import { createImports } from './imports.ts';
import { createImportPasswords } from './import-passwords.ts';
import { createImportJob } from './import-job.ts';
import type { Hasher } from '../../platform/keys/hasher.ts';

export interface ImportsContextDependencies {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'throttle' | 'credentialIssuer'>;
  readonly hasher: Hasher;
  readonly cells: UserCsvVocabulary;
  readonly rules: RegionRules;
  readonly nameOrderOf: (language: Language) => NameOrder;
  readonly background: JobRunner;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
}

// Imports are applied as soon as they are confirmed. The job also runs periodically, to apply imports that a terminated
// process left behind.
const importsIntervalMs = 10_000;

/** Imports of users from files: read, planned, confirmed, and then applied in the background. */
export function createImportsContext(deps: ImportsContextDependencies) {
  const { database, hasher, rules, cells, clock, log } = deps;
  const { throttle, credentialIssuer } = deps.accounts;
  const run = createImportJob({ database, hasher, rules, clock, log });
  return {
    imports: createImports({ database, csv: cells, throttle, nameOrderOf: deps.nameOrderOf, clock }),
    passwords: createImportPasswords({ database, credentialIssuer, hasher, throttle, clock }),
    wake: deps.background.add({ name: 'Imports', everyMs: importsIntervalMs, run }),
  };
}

export { type CsvColumn, csvColumns, type Heading, type UserCsvVocabulary } from './csv-vocabulary.ts';
export { hasDamagedLetters } from './damaged-letters.ts';
export { deleteExpiredImport } from './delete-imports.store.ts';
export * as importsStore from './imports.store.ts';
export type { Imports } from './imports.ts';
export type { PasswordDownload, ImportPasswords, IssuedPassword } from './import-passwords.ts';
export type { Import } from './imports.mapping.ts';
