import type { Language } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Stores } from '../../stores.ts';
import type { Translator } from '../../i18n/translator.ts';
import { allUsers } from '../../core/accounts/users/export.ts';
import type { CsvFile } from '../http/csv.ts';
import type { UsersCsv } from './csv.ts';

/** @returns the tenant's users as a file in the reader's language, which an import accepts as it is */
export type UsersFile = (scope: Scope, language: Language) => CsvFile;

/** Makes files of a tenant's users; each part of a file is made when the one before it was taken. */
export function createUsersFile(parts: { stores: Stores; csv: UsersCsv; translator: Translator }): UsersFile {
  const { stores, csv, translator } = parts;

  async function* rows(scope: Scope, language: Language): AsyncGenerator<string[][]> {
    for await (const users of allUsers(stores, scope)) yield users.map((user) => csv.row(language, user));
  }

  return (scope, language) => ({
    name: translator(language).t('imports:fileName.export'),
    header: csv.header(language),
    batches: rows(scope, language),
  });
}
