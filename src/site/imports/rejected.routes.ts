import type { Request, Response } from 'express';
import { importedColumns, type PlannedRow } from '../../domain/imports.ts';
import type { Scope } from '../../domain/scope.ts';
import { importsStore, type Import, type Imports } from '../../core/imports/index.ts';
import type { Messages, Translator } from '../../i18n/translator.ts';
import { bind } from '../../platform/bind.ts';
import type { Database } from '../../platform/database/database.ts';
import { sendCsv } from '../http/csv.ts';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import { scopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { reasonHeading, type UsersCsv } from '../users/csv.ts';
import { faultModel } from './rows-page.ts';

const rowsPerBatch = 250;

export interface RejectedRowsRoutesDependencies {
  readonly database: Database;
  readonly imports: Imports;
  readonly csv: UsersCsv;
  readonly translator: Translator;
}

/** Creates the route that sends an import's rejected rows as a file that can be corrected and imported again. */
export function rejectedRowsRoutes(deps: RejectedRowsRoutesDependencies): Route[] {
  const handlers = bind(deps, { send });
  return [{ method: 'get', path: paths.importRejected, access: 'users.import', handle: handlers.send }];
}

async function send(deps: RejectedRowsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { imports, csv, translator } = deps;
  const { language } = request;
  const scope = scopeOf(request);
  const found = await imports.load(scope, String(request.params.importId));
  const messages = translator(language);
  await sendCsv(request, response, {
    name: messages.t('imports:fileName.rejected'),
    delimiter: messages.settings.listDelimiter,
    header: [...csv.header(language, 'writable'), messages.t(reasonHeading)],
    batches: rowsOf(deps, scope, found, messages),
  });
}

async function* rowsOf(
  { database }: RejectedRowsRoutesDependencies,
  scope: Scope,
  { id }: Import,
  messages: Messages,
): AsyncGenerator<string[][]> {
  for (let after = 0; ;) {
    const rows = await importsStore.rows(database, scope, id, 'refused', { after }, rowsPerBatch);
    yield rows.slice(0, rowsPerBatch).map((row) => cellsOf(row, scope, messages));
    if (rows.length <= rowsPerBatch) return;
    after = rows[rowsPerBatch - 1]?.line ?? after;
  }
}

function cellsOf(row: PlannedRow, scope: Scope, { t }: Messages): string[] {
  if (row.outcome !== 'refused') return [];
  const { cells = { username: row.username, displayName: row.displayName }, faults } = row;
  const reasons = faults.map((fault: PageFault) => {
    const { label, key, values } = faultModel(fault, scope);
    const { region, ...rest } = values;
    return t('imports:rejected.reason', { column: t(label), reason: t(key, { region: region.text, ...rest }) });
  });
  return [...importedColumns.map((column) => cells[column] ?? ''), reasons.join(' ')];
}
