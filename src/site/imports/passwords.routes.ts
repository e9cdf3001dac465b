import type { Request, Response } from 'express';
import { paths } from '../http/paths.ts';
import { sendCsv } from '../http/csv.ts';
import { scopeOf, seeOther } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import type { Translator } from '../../i18n/translator.ts';
import { csvHeadings, isoTime } from '../users/csv.ts';
import { inList } from '../users/view-models.ts';
import { importPath } from './page.ts';
import type { CredentialIssuer } from '../../core/accounts/index.ts';
import type { PasswordDownload, ImportPasswords, IssuedPassword, Import, Imports } from '../../core/imports/index.ts';
import { bind } from '../../platform/bind.ts';

interface Begun {
  readonly found: Import;
  readonly delivery: Extract<PasswordDownload, { outcome: 'begun' }>;
}

export interface ImportPasswordsRoutesDependencies {
  readonly imports: Imports;
  readonly passwords: ImportPasswords;
  readonly credentialIssuer: CredentialIssuer;
  readonly translator: Translator;
}

/** The one download of the temporary passwords or links of an import; or, past everybody, their mails. */
export function importPasswordsRoutes(deps: ImportPasswordsRoutesDependencies): Route[] {
  const handlers = bind(deps, { download });
  return [{ method: 'post', path: paths.importPasswords, access: 'users.import', handle: handlers.download }];
}

async function download(deps: ImportPasswordsRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { imports, passwords, translator, credentialIssuer } = deps;
  const scope = scopeOf(request);
  const found = await imports.load(scope, String(request.params.importId));
  const delivery = await passwords.begin(scope, found);
  // Its page says why there is nothing to press.
  if (delivery.outcome === 'noMail') return response.redirect(303, importPath(found.id));
  if (delivery.outcome !== 'begun') {
    const status = delivery.outcome === 'underWay' ? 409 : 410;
    const model = { delivery, href: importPath(found.id) };
    return response.page('imports/gone', model, { title: 'imports:passwords.title', breadcrumbs: inList, status });
  }
  const { t, settings } = translator(request.language);
  if (credentialIssuer.handoverRuleFor(scope) === 'mailedLink') return mailAll(request, response, { found, delivery });
  const isLink = credentialIssuer.handoverRuleFor(scope) === 'link';
  const secret = isLink ? 'links:term' : 'common:terms.temporaryPassword';
  const header = [csvHeadings.username, csvHeadings.displayName, secret, 'imports:passwords.until'];
  let whole = false;
  try {
    const file = {
      name: t(isLink ? 'links:import.fileName' : 'imports:fileName.passwords'),
      delimiter: settings.listDelimiter,
      header: header.map((key) => t(key)),
    };
    whole = await sendCsv(request, response, { ...file, batches: rowsOf(delivery.batches) });
  } finally {
    await delivery.end(whole);
  }
}

// Nothing is left to download: who is told, and until when, is all that the administrator sees.
async function mailAll(request: Request, response: Response, { found, delivery }: Begun): Promise<void> {
  let count = 0;
  let whole = false;
  try {
    for await (const batch of delivery.batches) count += batch.length;
    whole = true;
  } finally {
    await delivery.end(whole);
  }
  request.session.notice = { kind: 'success', key: 'links:import.mailed', values: { count } };
  await seeOther(request, response, importPath(found.id));
}

async function* rowsOf(batches: AsyncIterable<IssuedPassword[]>): AsyncGenerator<string[][]> {
  for await (const batch of batches) {
    yield batch.map((each) => [each.username, each.displayName, each.clearText ?? '', isoTime(each.until)]);
  }
}
