import { promisify } from 'node:util';
import type { Request, RequestHandler, Response } from 'express';
import type { Language, RegionRules } from '../../domain/regions.ts';
import type { RegionScope, Scope } from '../../domain/scope.ts';
import type { Sealed } from '../../domain/people/second-factor.ts';
import type { LiveSession, SessionTicket } from '../../core/accounts/index.ts';
import type { PageNotice, PageOptions } from './page-options.ts';
import type { ViewModels, ViewName } from './view-models.ts';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the one way in which Express' types are extended
  namespace Express {
    interface Request {
      /** Names the request in its answer, in the log and in the activity log. */
      requestId: string;
      language: Language;
      /** Set by authentication for a signed-in user, a pending one included. */
      signedIn?: { ticket: SessionTicket; session: LiveSession };
      /** Set for a signed-in user: the first argument of every query. */
      scope?: Scope;
      /** The file of a form that sends one, for a route that takes it. */
      upload?: Upload;
    }
    interface Response {
      /** Answers with a page: the view's name under `views/`, what it shows, and the frame around it. */
      page<Name extends ViewName>(view: Name, model: ViewModels[Name], options: PageOptions): void;
    }
    interface Locals {
      nonce: string;
    }
  }
}

declare module 'express-session' {
  interface SessionData {
    /** Canonical user name between the two steps of the sign-in. */
    username?: string;
    /** Where to go after the sign-in: an address of this portal. */
    returnTo?: string;
    /** Offered for a second factor that is being set up, sealed. */
    offeredSeed?: Sealed;
    /** Said on the next page, once. */
    notice?: PageNotice;
  }
}

/** @returns the scope of a signed-in request. @throws when the route forgot to require a signed-in user */
export function scopeOf(request: Express.Request): Scope {
  if (request.scope === undefined) throw new Error('This route needs a signed-in user');
  return request.scope;
}

/** @returns the session of a signed-in request. @throws when the route forgot to require a signed-in user */
export function sessionOf(request: Express.Request): LiveSession {
  if (request.signedIn === undefined) throw new Error('This route needs a signed-in user');
  return request.signedIn.session;
}

/** @returns what is known of a request before, or without, a signed-in user */
export function regionScopeOf(request: Request, rules: RegionRules): RegionScope {
  return { rules, language: request.language, requestId: request.requestId, address: request.ip ?? null };
}

/**
 * Answers 303 once the session is saved: express-session sends the headers before, and a browser that is quicker than
 * the store would come back without what was just put into its session.
 */
export async function seeOther(request: Request, response: Response, location: string): Promise<void> {
  await promisify((done: (error: unknown) => void) => request.session.save(done))();
  response.redirect(303, location);
}

/** Marks a chain of middleware as such, for a reader of `app.ts`. */
export type Middleware = RequestHandler;

/** A file that came with a form; `tooLarge` where only that is known of it. */
export interface Upload {
  /** As the sender's device calls it. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly tooLarge: boolean;
}
