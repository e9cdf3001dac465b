import type { Request, Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import { isImportInForce, maxImportMebibytes, maxImportRows } from '../../domain/imports.ts';
import { fillPath, paths } from '../http/paths.ts';
import { sendCsv } from '../http/csv.ts';
import { readForm } from '../http/forms.ts';
import { scopeOf, sessionOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { Translator } from '../../i18n/translator.ts';
import { describeHandover, type CredentialIssuer } from '../../core/accounts/index.ts';
import { type Import, type ImportPasswords, type Imports, importsStore } from '../../core/imports/index.ts';
import type { UsersCsv } from '../users/csv.ts';
import { userListBreadcrumbs } from '../users/view-models.ts';
import { rowsQuery, confirmForm } from './imports.forms.ts';
import type { ImportPage, Stage } from './imports.views.ts';
import { notesOf } from './notes.ts';
import { importHref, readRowsPage } from './rows-page.ts';
import type { Breadcrumb, PageFault } from '../http/page-options.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

const importBreadcrumbs: Breadcrumb[] = [
  ...userListBreadcrumbs,
  { href: paths.importUsers, label: 'common:terms.import' },
];
// The interval at which the page of a running import reloads itself. This needs no JavaScript.
const refreshSeconds = 2;

export interface ImportsRoutesDependencies {
  readonly database: Database;
  readonly imports: Imports;
  readonly passwords: ImportPasswords;
  readonly credentialIssuer: CredentialIssuer;
  readonly csv: UsersCsv;
  readonly translator: Translator;
  /** Wakes the background job that applies imports. */
  readonly wake: () => void;
}

export function importsRoutes(deps: ImportsRoutesDependencies): Route[] {
  const handlers = bind(deps, { showUploadForm, upload, sendTemplate, show, confirm });
  return [
    {
      method: 'get',
      path: paths.importUsers,
      access,
      handle: (request, response) => handlers.showUploadForm(request, response, []),
    },
    {
      method: 'post',
      path: paths.importUsers,
      access,
      upload: true,
      form: { keeps: [], changes: { notNeeded: 'adds an import, without changing any user' } },
      handle: handlers.upload,
    },
    { method: 'get', path: paths.importTemplate, access, handle: handlers.sendTemplate },
    { method: 'get', path: paths.import, access, handle: (request, response) => handlers.show(request, response) },
    {
      method: 'post',
      path: paths.import,
      access,
      form: {
        keeps: [],
        changes: { notNeeded: 'each row contains the values that the page showed, which are compared under the lock' },
      },
      handle: handlers.confirm,
    },
  ];
}

async function showUploadForm(
  deps: ImportsRoutesDependencies,
  request: Request,
  response: Response,
  faults: readonly PageFault[],
  status?: number,
): Promise<void> {
  const { database } = deps;
  const scope = scopeOf(request);
  const recent = (await importsStore.list(database, scope)).filter((each) => isImportInForce(each, scope.now));
  const model = {
    limits: { megabytes: maxImportMebibytes, rows: maxImportRows },
    recent: recent.map((each) => ({ ...each, href: importHref(each.id) })),
  };
  const options = { title: 'imports:new.title', breadcrumbs: userListBreadcrumbs, faults };
  response.page('imports/new', model, { ...options, ...(status ? { status } : {}) });
}

async function upload(deps: ImportsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { imports } = deps;
  const { upload } = request;
  const field = 'file';
  if (upload?.tooLarge) {
    const values = { size: maxImportMebibytes };
    return showUploadForm(deps, request, response, [{ field, key: 'imports:file.tooLarge', values }], 413);
  }
  if (!upload || upload.bytes.length === 0) {
    return showUploadForm(deps, request, response, [{ field, key: 'imports:file.missing' }]);
  }
  const result = await imports.stage(scopeOf(request), upload);
  if (result.outcome === 'invalid') return showUploadForm(deps, request, response, result.faults);
  response.redirect(303, importHref(result.id));
}

async function sendTemplate(deps: ImportsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { translator, csv } = deps;
  const { language } = request;
  const { t, settings } = translator(language);
  await sendCsv(request, response, {
    name: t('imports:fileName.template'),
    delimiter: settings.listDelimiter,
    header: csv.header(language, 'writable'),
    batches: noRows(),
  });
}

interface ShowOptions {
  readonly faults: readonly PageFault[];
  /** The positions of the selected columns. */
  readonly leaveOut: readonly number[];
}

async function show(
  deps: ImportsRoutesDependencies,
  request: Request,
  response: Response,
  { faults, leaveOut }: ShowOptions = { faults: [], leaveOut: [] },
): Promise<void> {
  const { imports, passwords, database, credentialIssuer } = deps;
  const scope = scopeOf(request);
  const found = await imports.load(scope, String(request.params.importId));
  const passwordStatus = found.state === 'applied' ? await passwords.getStatus(scope, found) : null;
  const { otherColumns } = found.notes;
  const model: ImportPage = {
    import: found,
    ...(await readRowsPage(database, scope, found, rowsQuery.parse(request.query))),
    stage: stageOf(found),
    notes: notesOf(found),
    columns: otherColumns.map((each) => ({ ...each, isTicked: each.isUsual || leaveOut.includes(each.index) })),
    importableRows: found.counts.added + found.counts.changed,
    href: importHref(found.id),
    rejectedHref: found.counts.refused === 0 ? null : fillPath(paths.importRejected, { importId: found.id }),
    passwords: passwordStatus,
    passwordsHref: `${importHref(found.id)}/passwords`,
    handOver: describeHandover(scope, credentialIssuer),
  };
  if (found.state === 'confirmed') response.set('Refresh', String(refreshSeconds));
  const namedTitle = { key: 'imports:show.title', values: { name: found.fileName } };
  const title = found.fileName === '' ? 'common:terms.import' : namedTitle;
  response.page('imports/show', model, { title, breadcrumbs: importBreadcrumbs, faults });
}

async function confirm(deps: ImportsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { imports, wake } = deps;
  const scope = scopeOf(request);
  const found = await imports.load(scope, String(request.params.importId));
  const { mode = null, leaveOut = [] } = readForm(confirmForm, request.body).values ?? {};
  if (mode === null) throw new Failure('badRequest');
  const { epoch } = sessionOf(request).user;
  const result = await imports.confirm(scope, found, { mode, epoch, leaveOut });
  if (result.outcome === 'invalid') return show(deps, request, response, { faults: result.faults, leaveOut });
  if (result.outcome === 'confirmed') wake();
  response.redirect(303, importHref(found.id));
}

const access = 'users.import';

const stageOf = ({ state }: Import): Stage => (state === 'applied' || state === 'aborted' ? state : 'planned');

async function* noRows(): AsyncGenerator<never> {}
