import type { Request, Response } from 'express';
import type { Language } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths } from '../../paths.ts';
import type { Stores } from '../../stores.ts';
import { sendCsv } from '../../web/csv.ts';
import { scopeOf } from '../../web/request.ts';
import type { Route } from '../../web/routing.ts';
import type { Translator } from '../../web/translator.ts';
import type { Throttle } from '../sessions/throttle.ts';
import { usersAtOnce } from './users.batch.store.ts';
import type { UsersCsv } from './users.csv.ts';

/** Everybody of the tenant as a file, which an import takes as it is. */
export function exportUsersRoutes(parts: {
  stores: Stores;
  throttle: Throttle;
  csv: UsersCsv;
  translator: Translator;
  clock: () => number;
}): Route[] {
  const { stores, throttle, csv, translator, clock } = parts;

  // Page by page, each a query of its own: a reader who is slow holds nothing open in the database.
  async function* everybody(scope: Scope, language: Language): AsyncGenerator<string[][]> {
    for (let last = ''; ;) {
      const users = await stores.usersBatch.listAfter(scope, last);
      yield users.map((user) => csv.row(language, user));
      if (users.length < usersAtOnce) return;
      last = users.at(-1)?.username ?? last;
    }
  }

  async function send(request: Request, response: Response): Promise<void> {
    const scope = scopeOf(request);
    const { language } = request;
    // Asked for the head alone, nothing is sent, and nothing has happened.
    if (request.method === 'HEAD') return void response.set('Cache-Control', 'no-store').type('text/csv').end();
    await throttle.spend(scope, 'export');
    await stores.activity.record(scope, { kind: 'users.exported' }, null, clock());
    const file = { name: translator(language).t('imports:fileName.export'), header: csv.header(language) };
    await sendCsv(request, response, { ...file, batches: everybody(scope, language) });
  }

  return [{ method: 'get', path: paths.exportUsers, access: 'users.export', handle: send }];
}
