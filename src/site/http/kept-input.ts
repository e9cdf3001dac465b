import type { Request } from 'express';
import { Failure } from '../../domain/errors.ts';
import type { Cookies } from './cookies.ts';
import { csrfReasonOf, isTokenValid } from './csrf.ts';
import { type Drafts, draftUserOf, pageOfDraft, visitor } from './drafts.ts';
import { keptValuesOf, type FindForm, type FoundForm } from './form-declaration.ts';
import type { PageNotice } from './page-options.ts';
import { paths } from './paths.ts';
import { rememberReturnPath } from './return-path.ts';
import type { Middleware } from './request.ts';

export interface KeptInputDependencies {
  readonly cookies: Cookies;
  readonly drafts: Drafts;
  readonly findForm: FindForm;
}

/**
 * Renders the page that contains the form instead of processing the form. This changes nothing, so it needs no CSRF
 * token.
 * @param values the values to show in the fields
 */
export function showPage(request: Request, page: string, values: unknown, restored?: Request['restored']): void {
  request.method = 'GET';
  request.url = page;
  request.body = values;
  if (restored) request.restored = restored;
}

/** Shows the first sign-in page, which carries the draft. */
function showSignIn(request: Request, draft: string | null, notice: PageNotice): void {
  showPage(request, paths.signIn, {}, { notice, draft: null });
  if (draft !== null) request.carriedDraft = draft;
}

/**
 * @param name `_draft` (the draft for this page), `_carried` (the draft for the page after sign-in), or `_owner` (the
 * owner of the input)
 * @returns the value of a field that the layout adds to forms; null if it is missing or repeated
 */
export function layoutFieldOf(request: Request, name: '_draft' | '_carried' | '_owner'): string | null {
  const value = ((request.body ?? {}) as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : null;
}

/** Remembers, in the request, the draft that the forms of the sign-in pages carry for the page after sign-in. */
export function readCarriedDraft(request: Request): void {
  const carried = layoutFieldOf(request, '_carried');
  if (carried !== null && pageOfDraft(carried) !== null) request.carriedDraft = carried;
}

/**
 * Opens the draft that leads back to a form: shows the form's page with the draft's values, without submitting them.
 */
export function restoreInput(deps: KeptInputDependencies): Middleware {
  return (request, response, next) => {
    if (request.method !== 'POST') return next();
    readCarriedDraft(request);
    const draft = layoutFieldOf(request, '_draft');
    if (draft !== null && !openDraft(deps, request, draft)) {
      request.session.notice = goneNotice;
      return response.redirect(303, paths.home);
    }
    next();
  };
}

/** @returns false if the values are not available and the page cannot be shown without them */
function openDraft({ drafts, findForm }: KeptInputDependencies, request: Request, draft: string): boolean {
  // The draft has reached its page, which must not carry it further.
  if (request.carriedDraft === draft) delete request.carriedDraft;
  const page = pageOfDraft(draft);
  const form = page === request.path ? findForm(request) : null;
  if (draft === '') {
    // The draft is empty if an error page leads back to a form in which nothing was typed.
    showPage(request, request.path, {});
  } else if (page !== null && form?.page === page) {
    if (request.scope === undefined && !form.isPublic) showSignIn(request, draft, signInNotice);
    else return showValues(drafts, request, form, draft);
  }
  return true;
}

function showValues(drafts: Drafts, request: Request, { declaration, page }: FoundForm, draft: string): boolean {
  const values = drafts.open(draft, request.scope ? draftUserOf(request.scope) : null);
  if (values === null && declaration.needsInput) return false;
  showPage(request, page ?? '', values ?? {}, { notice: values ? keptNotice : goneNotice, draft });
  return true;
}

const staleForm = (request: Request): Failure => new Failure('staleForm', { reason: csrfReasonOf(request) });

const keptNotice: PageNotice = { kind: 'info', key: 'errors:input.kept' };
const goneNotice: PageNotice = { kind: 'warning', key: 'errors:input.gone' };

/**
 * Rejects forms with an invalid CSRF token, and forms whose session has ended. The input is not lost: the form's page
 * shows it again, or the sign-in page carries it as a draft.
 */
export function guardForms({ cookies, drafts, findForm }: KeptInputDependencies): Middleware {
  return (request, response, next) => {
    const isValid = isTokenValid(request);
    const form = isValid && request.scope ? null : findForm(request);
    if (request.scope === undefined && form && !form.isPublic)
      return requireSignIn({ cookies, drafts }, form, isValid)(request, response, next);
    if (isValid) return next();
    if (typeof form?.page !== 'string' || !isShownTo(drafts, request, form)) return next(staleForm(request));
    const values = keptValuesOf(form.declaration, request.body);
    response.status(staleStatus);
    request.refusal = { reason: csrfReasonOf(request) };
    showPage(request, form.page, values, { notice: staleNotice(form, values), draft: draftOf(drafts, request, form) });
    next();
  };
}

/** The status of the page that is shown in place of a form's result because the form was not processed. */
export const staleStatus = 403;
const signInNotice: PageNotice = { kind: 'info', key: 'errors:input.signIn' };

// A form whose fields are all secret has no values to show again.
const staleNotice = ({ declaration }: FoundForm, values: object): PageNotice => ({
  kind: 'warning',
  key: declaration.keeps.length > 0 && Object.keys(values).length > 0 ? 'errors:input.staleKept' : 'errors:input.stale',
});

// If the form was shown to another user, that user may have planted its token together with its values.
function isShownTo(drafts: Drafts, request: Request, { isPublic }: FoundForm): boolean {
  if (request.scope === undefined) return isPublic;
  const owner = layoutFieldOf(request, '_owner');
  return !isPublic && owner !== null && drafts.isOwner(owner, draftUserOf(request.scope));
}

function requireSignIn(
  { cookies, drafts }: Pick<KeptInputDependencies, 'cookies' | 'drafts'>,
  form: FoundForm,
  isValid: boolean,
): Middleware {
  return (request, response, next) => {
    const draft = draftOf(drafts, request, form);
    // Without input, there is nothing to keep, and the route's guard redirects to the sign-in page.
    if (isValid && draft === null) return next();
    // After sign-in, return only to a page that makes sense without the input, because another user may sign in.
    if (form.page !== null && !form.declaration.needsInput) rememberReturnPath(cookies, response, form.page);
    response.status(staleStatus);
    request.refusal = { reason: csrfReasonOf(request) };
    showSignIn(request, draft, {
      kind: 'warning',
      key: draft === null ? 'errors:input.ended' : 'errors:input.endedKept',
    });
    next();
  };
}

/** @returns a draft of the submitted form for its sender; null if nothing was typed or its sender is unknown */
export function draftOf(drafts: Drafts, request: Request, { declaration, isPublic, page }: FoundForm): string | null {
  const posted = layoutFieldOf(request, '_owner');
  const known = request.scope ? drafts.ownerOf(draftUserOf(request.scope)) : posted;
  const owner = isPublic ? visitor : known;
  if (page === null || owner === null || (owner === visitor && !isPublic)) return null;
  return drafts.seal(page, owner, keptValuesOf(declaration, request.body));
}
