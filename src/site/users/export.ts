import type { Language } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Translator } from '../../i18n/translator.ts';
import { allUsers } from '../../core/accounts/users/export.ts';
import type { CsvFile } from '../http/csv.ts';
import type { UsersCsv } from './csv.ts';
import type { Database } from '../../platform/database/database.ts';

/** @returns the tenant's users as a file in the reader's language, which an import accepts as it is */
export type UsersFile = (scope: Scope, language: Language) => CsvFile;

/** Makes files of a tenant's users; each part of a file is made when the one before it was taken. */
export function createUsersFile(parts: { database: Database; csv: UsersCsv; translator: Translator }): UsersFile {
  const { database, csv, translator } = parts;

  async function* rows(scope: Scope, language: Language): AsyncGenerator<string[][]> {
    for await (const users of allUsers(database, scope)) yield users.map((user) => csv.row(language, user));
  }

  return (scope, language) => ({
    name: translator(language).t('imports:fileName.export'),
    header: csv.header(language),
    batches: rows(scope, language),
  });
}
