import type { Language } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { Stores } from '../../../stores.ts';
import type { Translator } from '../../../i18n/translator.ts';
import { usersAtOnce } from '../stores/users.batch.store.ts';
import type { UsersCsv } from '../../../site/users/csv.ts';

export type UsersExport = ReturnType<typeof createUsersExport>;

/** Everybody of the tenant as a file, which an import takes as it is. */
export function createUsersExport(parts: {
  stores: Stores;
  csv: UsersCsv;
  translator: Translator;
  clock: () => number;
}) {
  const { stores, csv, translator, clock } = parts;

  // Page by page, each a query of its own: a reader who is slow holds nothing open in the database.
  async function* everybody(scope: Scope, language: Language): AsyncGenerator<string[][]> {
    for (let last = ''; ;) {
      const users = await stores.usersBatch.listAfter(scope, last);
      yield users.map((user) => csv.row(language, user));
      if (users.length < usersAtOnce) return;
      last = users.at(-1)?.username ?? last;
    }
  }

  return {
    record: (within: Stores, scope: Scope): Promise<void> =>
      within.activity.record(scope, { kind: 'users.exported' }, null, clock()),

    /** @returns the file in a reader's language, each piece made when the one before it was taken */
    file: (scope: Scope, language: Language) => ({
      name: translator(language).t('imports:fileName.export'),
      header: csv.header(language),
      batches: everybody(scope, language),
    }),
  };
}
