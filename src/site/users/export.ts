import type { Language } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Translator } from '../../i18n/translator.ts';
import { allUsers } from '../../core/accounts/index.ts';
import type { CsvFile } from '../http/csv.ts';
import type { UsersCsv } from './csv.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

/** @returns the tenant's users as a file in the reader's language, which an import accepts as it is */
export type UsersFile = (scope: Scope, language: Language) => CsvFile;

export interface UsersFileDependencies {
  readonly database: Database;
  readonly csv: UsersCsv;
  readonly translator: Translator;
}

async function* rows(deps: UsersFileDependencies, scope: Scope, language: Language): AsyncGenerator<string[][]> {
  const { database, csv } = deps;
  for await (const users of allUsers(database, scope)) yield users.map((user) => csv.row(language, user));
}

/** Makes files of a tenant's users; each part of a file is made when the one before it was taken. */
export function usersFile(deps: UsersFileDependencies, scope: Scope, language: Language): CsvFile {
  const { translator, csv } = deps;
  return {
    name: translator(language).t('imports:fileName.export'),
    header: csv.header(language),
    batches: rows(deps, scope, language),
  };
}

export const createUsersFile = (deps: UsersFileDependencies) => bind(deps, { usersFile }).usersFile;
