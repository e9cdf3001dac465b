import { promisify } from 'node:util';
import type { Request, RequestHandler, Response } from 'express';
import type { Language, RegionRules } from '../../domain/regions.ts';
import type { RegionScope, Scope } from '../../domain/scope.ts';
import { withoutPort } from '../../platform/network-address.ts';
import type { Sealed } from '../../domain/people/second-factor.ts';
import type { LiveSession, SessionTicket } from '../../core/accounts/index.ts';
import type { PageNotice, PageOptions } from './page-options.ts';
import type { ViewModels, ViewName } from './view-models.ts';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express' types can only be extended this way
  namespace Express {
    interface Request {
      /** Identifies the request in the response, the server log and the activity log. */
      requestId: string;
      /** The method that the client sent, even if a page is shown in place of a form's result. */
      receivedMethod: string;
      language: Language;
      /** The visitor behind a request without a signed-in user; undefined before cookies have been read. */
      visitor?: Visitor;
      /**
       * The session of a user who has entered a password, even if a further step is pending. Set by the authentication
       * middleware.
       */
      signedIn?: { ticket: SessionTicket; session: LiveSession };
      /** The scope of a signed-in user, the first argument of every query. */
      scope?: Scope;
      /** Closes the connection if the body does not arrive in time. Cleared for uploads, which may take longer. */
      formTimer?: NodeJS.Timeout;
      /** The uploaded file, on routes that accept one. */
      upload?: Upload;
      /** Why the request was refused, as recorded in its log line. */
      refusal?: RefusalFacts;
      /** A draft for a page that opens after sign-in; the forms of the sign-in pages carry it. */
      carriedDraft?: string;
      /** Set if a page with a form is shown in place of the form's result, with the kept values in `body`. */
      restored?: { readonly notice: PageNotice; readonly draft: string | null };
    }
    interface Response {
      /**
       * Responds with a page.
       * @param view the name of the view under `views/`
       * @param options the options of the layout
       */
      page<Name extends ViewName>(view: Name, model: ViewModels[Name], options: PageOptions): void;
    }
    interface Locals {
      nonce: string;
      /** Set when an error page is sent. */
      isErrorPage?: true;
    }
  }
}

declare module 'express-session' {
  interface SessionData {
    /** The canonical user name, kept from the first sign-in step until the password is entered. */
    username?: string;
    /** The encrypted TOTP seed of a second factor that is being set up. */
    offeredSeed?: Sealed;
    /** A message that is shown once, on the next page. */
    notice?: PageNotice;
  }
}

/**
 * @returns the scope of a signed-in user's request
 * @throws if the route does not require authentication
 */
export function scopeOf(request: Express.Request): Scope {
  if (request.scope === undefined) throw new Error('This route needs a signed-in user');
  return request.scope;
}

/**
 * @returns the session of a signed-in user's request
 * @throws if the route does not require authentication
 */
export function sessionOf(request: Express.Request): LiveSession {
  if (request.signedIn === undefined) throw new Error('This route needs a signed-in user');
  return request.signedIn.session;
}

/** @returns the client's address, without the port that some proxies append; null if the connection is closed */
export const clientAddress = ({ ip }: Request): string | null => (ip === undefined ? null : withoutPort(ip));

/** @returns the scope of a request without a signed-in user */
export function regionScopeOf(request: Request, rules: RegionRules): RegionScope {
  return { rules, language: request.language, requestId: request.requestId, address: clientAddress(request) };
}

/**
 * Saves the session, then redirects with 303. express-session would send the headers before it saves, so a fast browser
 * could follow the redirect before the store has the new data.
 */
export async function seeOther(request: Request, response: Response, location: string): Promise<void> {
  await promisify((done: (error: unknown) => void) => request.session.save(done))();
  response.redirect(303, location);
}

/**
 * Redirects a request whose page does not apply to the user. If the page was to show an expired form again, the next
 * page says that nothing was changed.
 */
export function leavePage(request: Request, response: Response, location: string): void {
  if (request.restored?.notice.kind === 'warning')
    request.session.notice = { kind: 'warning', key: 'errors:input.expired' };
  response.redirect(303, location);
}

export type Middleware = RequestHandler;

/**
 * A visitor without a session. The CSRF token of a visitor's forms is derived from a random id in a cookie, so that
 * showing a form writes nothing to the session store.
 */
export interface Visitor {
  /** Returns the token that this browser's forms must contain; null if the browser has no valid cookie. */
  token(): string | null;
  /** Sets the cookie, unless the browser has one. @returns the token for the forms of this response */
  issueToken(): string;
  /** @returns whether the token was derived from this browser's cookie */
  accepts(token: string): boolean;
  /** Removes the cookie, so that forms rendered before sign-in are rejected after it. */
  forget(): void;
}

/** The facts to log about a refused request. They contain no personal data. */
export interface RefusalFacts {
  /** A stable code, such as `csrf.outdated`, or the name of a queue. */
  readonly reason: string;
  /** The service that failed, the setting that configures its connection, and a description of the problem. */
  readonly dependency?: string;
  readonly setting?: string | null;
  readonly explanation?: string;
}

/** A file uploaded with a form. If `tooLarge` is set, its content has been discarded. */
export interface Upload {
  /** The file name sent by the browser. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly tooLarge: boolean;
}
