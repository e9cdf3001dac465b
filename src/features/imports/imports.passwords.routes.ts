import type { Request, Response } from 'express';
import { paths } from '../../paths.ts';
import { sendCsv } from '../../web/csv.ts';
import { scopeOf } from '../../web/request.ts';
import type { Route } from '../../web/routing.ts';
import type { Translator } from '../../web/translator.ts';
import { csvHeadings, isoTime } from '../users/users.csv.ts';
import { inList } from '../users/users.trail.ts';
import { importPath } from './imports.page.ts';
import type { ImportPasswords, IssuedPassword } from './imports.passwords.ts';
import type { Imports } from './imports.ts';

/** The one download of the temporary passwords of an import. */
export function importPasswordsRoutes(parts: {
  imports: Imports;
  passwords: ImportPasswords;
  translator: Translator;
}): Route[] {
  const { imports, passwords, translator } = parts;

  async function download(request: Request, response: Response): Promise<void> {
    const scope = scopeOf(request);
    const found = await imports.load(scope, String(request.params.importId));
    const delivery = await passwords.begin(scope, found);
    if (delivery.outcome !== 'begun') {
      const status = delivery.outcome === 'underWay' ? 409 : 410;
      const model = { delivery, href: importPath(found.id) };
      return response.page('imports/gone', model, { title: 'imports:passwords.title', breadcrumbs: inList, status });
    }
    const { t } = translator(request.language);
    const header = [
      csvHeadings.username,
      csvHeadings.displayName,
      'common:terms.temporaryPassword',
      'imports:passwords.until',
    ];
    let whole = false;
    try {
      const file = { name: t('imports:fileName.passwords'), header: header.map((key) => t(key)) };
      whole = await sendCsv(request, response, { ...file, batches: rowsOf(delivery.batches) });
    } finally {
      await delivery.end(whole);
    }
  }

  return [{ method: 'post', path: paths.importPasswords, access: 'users.import', handle: download }];
}

async function* rowsOf(batches: AsyncIterable<IssuedPassword[]>): AsyncGenerator<string[][]> {
  for await (const batch of batches) {
    yield batch.map((each) => [each.username, each.displayName, each.temporaryPassword, isoTime(each.until)]);
  }
}
