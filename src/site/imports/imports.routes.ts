import type { Request, Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import { maxImportMebibytes } from '../../domain/imports.ts';
import { paths } from '../http/paths.ts';
import { sendCsv } from '../http/csv.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { Translator } from '../../i18n/translator.ts';
import { describeHandover, type CredentialIssuer } from '../../core/accounts/index.ts';
import { type Import, type ImportPasswords, maxRows, type Imports, importsStore } from '../../core/imports/index.ts';
import type { UsersCsv } from '../users/csv.ts';
import { inList } from '../users/view-models.ts';
import { rowsQuery, confirmForm } from './imports.forms.ts';
import type { ImportPage, Stage } from './imports.views.ts';
import { importPath, pageOfRows } from './page.ts';
import type { Crumb, PageFault } from '../http/page-options.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

const inImport: Crumb[] = [...inList, { href: paths.importUsers, label: 'common:terms.import' }];
// While an import is done, its page comes again by itself, without a script.
const refreshSeconds = 2;

export interface ImportsRoutesDependencies {
  readonly database: Database;
  readonly imports: Imports;
  readonly passwords: ImportPasswords;
  readonly credentialIssuer: CredentialIssuer;
  readonly csv: UsersCsv;
  readonly translator: Translator;
  /** Asks for the work beside the requests. */
  readonly wake: () => void;
}

export function importsRoutes(deps: ImportsRoutesDependencies): Route[] {
  const handlers = bind(deps, { ask, take, sendTemplate, show, confirm });
  return [
    {
      method: 'get',
      path: paths.importUsers,
      access,
      handle: (request, response) => handlers.ask(request, response, []),
    },
    { method: 'post', path: paths.importUsers, access, upload: true, handle: handlers.take },
    { method: 'get', path: paths.importTemplate, access, handle: handlers.sendTemplate },
    { method: 'get', path: paths.import, access, handle: handlers.show },
    { method: 'post', path: paths.import, access, handle: handlers.confirm },
  ];
}

async function ask(
  deps: ImportsRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[],
  status?: number,
): Promise<void> {
  const { database } = deps;
  const recent = await importsStore.list(database, scopeOf(request));
  const model = {
    limits: { megabytes: maxImportMebibytes, rows: maxRows },
    recent: recent.map((each) => ({ ...each, href: importPath(each.id) })),
  };
  const options = { title: 'imports:new.title', breadcrumbs: inList, faults };
  response.page('imports/new', model, { ...options, ...(status ? { status } : {}) });
}

async function take(deps: ImportsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { imports } = deps;
  const { upload } = request;
  const field = 'file';
  if (upload?.tooLarge) {
    const values = { size: maxImportMebibytes };
    return ask(deps, request, response, [{ field, key: 'imports:file.tooLarge', values }], 413);
  }
  if (!upload || upload.bytes.length === 0) {
    return ask(deps, request, response, [{ field, key: 'imports:file.missing' }]);
  }
  const result = await imports.stage(scopeOf(request), upload);
  if (result.outcome === 'invalid') return ask(deps, request, response, result.faults);
  response.redirect(303, importPath(result.id));
}

async function sendTemplate(deps: ImportsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { translator, csv } = deps;
  const { language } = request;
  const { t, settings } = translator(language);
  await sendCsv(request, response, {
    name: t('imports:fileName.template'),
    delimiter: settings.listDelimiter,
    header: csv.header(language, 'writable'),
    batches: nothing(),
  });
}

async function show(deps: ImportsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { imports, passwords, database, credentialIssuer } = deps;
  const scope = scopeOf(request);
  const found = await imports.load(scope, String(request.params.importId));
  const passwordStatus = found.state === 'applied' ? await passwords.getStatus(scope, found) : null;
  const model: ImportPage = {
    import: found,
    ...(await pageOfRows(database, scope, found, rowsQuery.parse(request.query))),
    stage: stageOf(found),
    good: found.counts.added + found.counts.changed,
    href: importPath(found.id),
    passwords: passwordStatus,
    passwordsHref: `${importPath(found.id)}/passwords`,
    handOver: describeHandover(scope, credentialIssuer),
  };
  if (found.state === 'confirmed') response.set('Refresh', String(refreshSeconds));
  const named = { key: 'imports:show.title', values: { name: found.fileName } };
  const title = found.fileName === '' ? 'common:terms.import' : named;
  response.page('imports/show', model, { title, breadcrumbs: inImport });
}

async function confirm(deps: ImportsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { imports, wake } = deps;
  const scope = scopeOf(request);
  const found = await imports.load(scope, String(request.params.importId));
  const mode = readForm(confirmForm, request.body).values?.mode ?? null;
  if (mode === null) throw new Failure('badRequest');
  if (await imports.confirm(scope, found, mode, sessionOf(request).user.epoch)) wake();
  response.redirect(303, importPath(found.id));
}

const access = 'users.import';

const stageOf = ({ state }: Import): Stage => (state === 'applied' || state === 'aborted' ? state : 'planned');

// A file without rows.
async function* nothing(): AsyncGenerator<never> {}
