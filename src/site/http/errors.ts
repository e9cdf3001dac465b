import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Logger } from 'pino';
import { isUnavailable } from '../../platform/database/unavailable.ts';
import type { Fault, OutageReporter } from '../../platform/outages.ts';
import { type BoundedQueue, Failure, type FailureKind } from '../../domain/errors.ts';
import { textOfError } from '../../i18n/error-texts.ts';
import { draftOf, type KeptInputDependencies, layoutFieldOf, readCarriedDraft } from './kept-input.ts';
import { isOneTimeLink } from './paths.ts';
import type { Middleware, RefusalFacts } from './request.ts';
import type { Pages } from './page.ts';
import type { ViewModels } from './view-models.ts';

const statusByKind: Readonly<Record<FailureKind, number>> = {
  badRequest: 400,
  forbidden: 403,
  staleForm: 403,
  notFound: 404,
  methodNotAllowed: 405,
  conflict: 409,
  tooLarge: 413,
  misdirected: 421,
  throttled: 429,
  overloaded: 503,
  unavailable: 503,
};

const retryAfterSeconds = 5;

export function notFoundPage(): Middleware {
  return () => {
    throw new Failure('notFound');
  };
}

export interface ErrorPageDependencies {
  readonly pages: Pages;
  readonly keptInput: KeptInputDependencies;
  readonly log: Logger;
  readonly outages: OutageReporter;
  /** @returns the fault of the store that caused an error; null if no store caused it */
  readonly storeFaultOf: (error: unknown) => Fault | null;
}

/** Renders every failure as a page in the user's language, with the request ID and no internal details. */
export function errorPages(deps: ErrorPageDependencies): ErrorRequestHandler {
  const { pages, log, outages, keptInput } = deps;
  return (error: unknown, request: Request, response: Response, next) => {
    const failure = asFailure(error);
    const status = failure ? statusByKind[failure.kind] : 500;
    if (status === 500) log.error({ requestId: request.requestId, err: error }, 'Request failed');
    const fault = failure && status === 503 ? faultOf(deps, failure, error) : null;
    if (fault !== null) outages.report(fault);
    if (failure !== null) request.refusal = refusalOf(failure, fault);
    // express-session reports a failed save even after the response has ended, when nothing more can be sent.
    if (response.writableEnded) return;
    if (response.headersSent) return next(error);
    response.locals.isErrorPage = true;
    if (failure && (failure.retryAfter !== null || status === 503)) {
      response.set('Retry-After', String(failure.retryAfter ?? retryAfterSeconds));
    }
    const retry = failure && withoutRetry.has(failure.kind) ? null : retryOf(keptInput, request);
    answer(pages, request, response, failure, { status, retry });
  };
}

// In these cases, submitting the same form again cannot succeed, or the request did not come from one of this portal's
// forms.
const withoutRetry: ReadonlySet<FailureKind> = new Set<FailureKind>([
  ...(['badRequest', 'forbidden', 'methodNotAllowed', 'misdirected', 'notFound', 'staleForm', 'tooLarge'] as const),
]);

type Retry = ViewModels['errors/error']['retry'];

/**
 * @returns how to return to the form that was not processed, with a draft of the input; null if there is no page to
 * return to
 */
function retryOf({ drafts, findForm }: KeptInputDependencies, request: Request): Retry {
  const { restored } = request;
  const form = request.method === 'POST' ? findForm(request) : null;
  const page = restored ? request.path : (form?.page ?? null);
  if (page === null) return null;
  const typed = form && draftOf(drafts, request, form);
  // If the session store is unavailable, no earlier middleware has read the carried draft.
  readCarriedDraft(request);
  return {
    // A page must not contain the URL of a one-time link. An empty action submits the form to the current URL.
    action: isOneTimeLink(page) ? '' : page,
    draft: restored?.draft ?? typed ?? layoutFieldOf(request, '_draft'),
  };
}

function answer(
  pages: Pages,
  request: Request,
  response: Response,
  failure: Failure | null,
  { status, retry }: { status: number; retry: Retry },
): void {
  const kind = failure?.kind ?? 'unexpected';
  const because = explanationKeyOf(failure);
  // The generic message says that another user changed the data, so it would be wrong for a conflict with its own
  // explanation.
  const refused = failure?.kind === 'conflict' && because !== null;
  const text = `errors:${kind}.text`;
  const model: ViewModels['errors/error'] = {
    lead: refused ? (because ?? text) : text,
    detail: refused ? null : because,
    wait: failure?.retryAfter ? roundedWait(failure.retryAfter) : null,
    retry,
    // On a page for a misdirected request, every link points to the same wrong host.
    offersHome: kind !== 'misdirected' && (request.signedIn !== undefined || retry === null),
  };
  const title = refused ? 'errors:refused' : `errors:${kind}.title`;
  pages.answer(request, response, 'errors/error', model, { title, status, withoutForms: true });
}

// This page shows only explanations without parameters. Those with parameters appear beside their form fields.
function explanationKeyOf(failure: Failure | null): string | null {
  if (!failure?.coded) return null;
  const { key, values } = textOfError(failure.coded);
  return values === undefined ? key : null;
}

function asFailure(error: unknown): Failure | null {
  if (error instanceof Failure) return error;
  if (isUnavailable(error)) return new Failure('unavailable', { cause: error });
  // body-parser and Express report invalid requests as errors with a status.
  const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 0;
  if (status === 413) return new Failure('tooLarge', { cause: error });
  return status >= 400 && status < 500 ? new Failure('badRequest', { cause: error }) : null;
}

// Omits the error's message, because database messages can quote values.
function refusalOf({ reason }: Failure, fault: Fault | null): RefusalFacts {
  if (fault === null) return { reason };
  const { dependency, code, explanation } = fault;
  return { reason: code, dependency: dependency.name, setting: dependency.setting, explanation };
}

const queueNames: Readonly<Record<BoundedQueue, string>> = {
  passwordHashing: 'Password hashing',
  passwordCheck: 'The check of new passwords',
  accountRecovery: 'Account recovery',
};

function faultOf({ storeFaultOf }: ErrorPageDependencies, failure: Failure, error: unknown): Fault {
  if (failure.kind === 'overloaded') {
    const name = queueNames[failure.reason as BoundedQueue];
    const dependency = { name, setting: null, down: `${name} is overloaded`, up: `${name} is no longer overloaded` };
    return { dependency, code: failure.reason, explanation: 'Requests waited too long for a free processor.' };
  }
  return storeFaultOf(error) ?? unreadableSecondFactor(failure);
}

const unreadableSecondFactor = ({ reason: code }: Failure): Fault => ({
  dependency: {
    name: 'Two-step verification',
    setting: 'SECOND_FACTOR_KEYS',
    down: 'Two-step verification fails',
    up: 'Two-step verification works again',
  },
  code,
  explanation: 'No key can decrypt a second factor. Add the previous key after the current one.',
});

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

export interface RoundedWait {
  readonly unit: 'throttledMinutes' | 'throttledHours' | 'throttledDays';
  readonly count: number;
}

/** @returns the waiting time, rounded up: in minutes below two hours, in hours below two days, otherwise in days */
export function roundedWait(seconds: number): RoundedWait {
  if (seconds >= 2 * day) return { unit: 'throttledDays', count: Math.ceil(seconds / day) };
  if (seconds >= 2 * hour) return { unit: 'throttledHours', count: Math.ceil(seconds / hour) };
  return { unit: 'throttledMinutes', count: Math.max(1, Math.ceil(seconds / minute)) };
}
