import type { Request, Response } from 'express';
import { paths } from '../http/paths.ts';
import { sendCsv } from '../http/csv.ts';
import { rejectFilters } from '../http/download-filters.ts';
import { scopeOf, seeOther } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { Translator } from '../../i18n/translator.ts';
import { csvHeadings, isoTime } from '../users/csv.ts';
import { userListBreadcrumbs } from '../users/view-models.ts';
import { importHref } from './rows-page.ts';
import type { CredentialIssuer } from '../../core/accounts/index.ts';
import type { PasswordDownload, ImportPasswords, IssuedPassword, Import, Imports } from '../../core/imports/index.ts';
import { bind } from '../../platform/bind.ts';

interface StartedDelivery {
  readonly found: Import;
  readonly delivery: Extract<PasswordDownload, { outcome: 'begun' }>;
}

export interface ImportPasswordsRoutesDependencies {
  readonly imports: Imports;
  readonly passwords: ImportPasswords;
  readonly credentialIssuer: CredentialIssuer;
  readonly translator: Translator;
}

/** Creates the routes that deliver an import's temporary passwords or links, as a single download or by email. */
export function importPasswordsRoutes(deps: ImportPasswordsRoutesDependencies): Route[] {
  const handlers = bind(deps, { download });
  return [
    {
      method: 'post',
      path: paths.importPasswords,
      access: 'users.import',
      queryFault: rejectFilters,
      form: { page: paths.import, keeps: [], changes: { notNeeded: 'the file can be downloaded once' } },
      handle: handlers.download,
    },
  ];
}

async function download(deps: ImportPasswordsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { imports, passwords, translator, credentialIssuer } = deps;
  const scope = scopeOf(request);
  const found = await imports.load(scope, String(request.params.importId));
  const delivery = await passwords.begin(scope, found);
  // The import's page explains that email is not configured.
  if (delivery.outcome === 'noMail') return response.redirect(303, importHref(found.id));
  const handover = credentialIssuer.handoverRuleFor(scope);
  if (delivery.outcome !== 'begun') {
    const status = delivery.outcome === 'underWay' ? 409 : 410;
    const model = { delivery, isLink: handover !== 'shown', href: importHref(found.id) };
    return response.page('imports/passwords-unavailable', model, {
      title: model.isLink ? 'links:import.title' : 'imports:passwords.title',
      breadcrumbs: userListBreadcrumbs,
      status,
    });
  }
  const { t, settings } = translator(request.language);
  if (handover === 'mailedLink') return sendLinksByMail(request, response, { found, delivery });
  const isLink = handover === 'link';
  const secret = isLink ? 'links:term' : 'common:terms.temporaryPassword';
  const header = [csvHeadings.username, csvHeadings.displayName, secret, 'imports:passwords.until'];
  let isComplete = false;
  try {
    const file = {
      name: t(isLink ? 'links:import.fileName' : 'imports:fileName.passwords'),
      delimiter: settings.listDelimiter,
      header: header.map((key) => t(key)),
    };
    isComplete = await sendCsv(request, response, { ...file, batches: rowsOf(delivery.batches) });
  } finally {
    await delivery.end(isComplete);
  }
}

// Links sent by email are not downloaded. The administrator sees only how many were sent.
async function sendLinksByMail(
  request: Request,
  response: Response,
  { found, delivery }: StartedDelivery,
): Promise<void> {
  let count = 0;
  let isComplete = false;
  try {
    for await (const batch of delivery.batches) count += batch.length;
    isComplete = true;
  } finally {
    await delivery.end(isComplete);
  }
  request.session.notice = { kind: 'success', key: 'links:import.mailed', values: { count } };
  await seeOther(request, response, importHref(found.id));
}

async function* rowsOf(batches: AsyncIterable<IssuedPassword[]>): AsyncGenerator<string[][]> {
  for await (const batch of batches) {
    yield batch.map((each) => [each.username, each.displayName, each.clearText ?? '', isoTime(each.until)]);
  }
}
