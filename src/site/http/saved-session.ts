import type { Request, Response } from 'express';
import type { SessionData } from 'express-session';
import type { Middleware } from './request.ts';

const safeMethods: readonly string[] = ['GET', 'HEAD'];

/**
 * Saves the session before a page is sent, so that a page whose forms would not work is never shown. express-session
 * saves while it sends the response, which is too late to respond with 503. A form handler that depends on the session
 * saves it before it redirects (`seeOther`).
 */
export function saveSessionBeforePages(): Middleware {
  return (request, response, next) => {
    if (!safeMethods.includes(request.method)) return next();
    const before = requiredContent(request.session);
    const end = response.end.bind(response) as (...parts: unknown[]) => Response;
    const endOnceSaved = (...parts: unknown[]): Response => {
      response.end = end as Response['end'];
      if (response.headersSent || requiredContent(request.session) === before) return end(...parts);
      request.session.save((error: unknown) => {
        if (error === null || error === undefined) end(...parts);
        else answerWithoutSession(request, response, () => next(error));
      });
      return response;
    };
    response.end = endOnceSaved as Response['end'];
    next();
  };
}

// Without a session in the request, express-session neither saves one again nor sends a cookie.
function answerWithoutSession(request: Request, response: Response, answer: () => void): void {
  delete (request as Partial<Request>).session;
  for (const header of ['Location', 'Content-Disposition', 'Refresh']) response.removeHeader(header);
  answer();
}

// A notice may be lost: it is shown once and nothing depends on it. A session without content is not saved.
function requiredContent(session: SessionData | undefined): string {
  return JSON.stringify(session, (name, value: unknown) =>
    name === 'cookie' || name === 'notice' ? undefined : value,
  );
}
