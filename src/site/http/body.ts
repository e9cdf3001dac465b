import express, { type Request, type Response } from 'express';
import { Failure } from '../../domain/errors.ts';
import type { Middleware } from './request.ts';

const formLimitBytes = 64 * 1024;
const maxFields = 200;
const maxFormMs = 30_000;

/**
 * Responds with 408 and closes the connection if a client's form does not arrive in time. For an upload, this deadline
 * no longer applies once its sender is authorized; the server's own limits then apply.
 * @param maxMs the time limit in milliseconds, counted from the end of the headers (default: 30 seconds)
 */
export function limitFormTime(maxMs = maxFormMs): Middleware {
  return (request, response, next) => {
    if (carriesBody(request)) {
      const timer = setTimeout(() => {
        if (!request.complete) closeSlowRequest(request, response);
      }, maxMs).unref();
      request.once('close', () => {
        clearTimeout(timer);
      });
      request.formTimer = timer;
    }
    next();
  };
}

// Write directly to the socket, because the app still waits for the body before it sends its own response.
function closeSlowRequest({ socket }: Request, response: Response): void {
  const isTurn = response.socket !== null;
  if (isTurn && !response.headersSent) socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  socket.destroySoon();
}

/**
 * Parses URL-encoded forms. Bodies that are too large or have another type are rejected before they are read.
 * @param uploadOf finds the upload route of a request, or returns null; an upload stays unread until its sender has
 * been authenticated
 */
export function body(uploadOf: (request: Request) => object | null): Middleware[] {
  const forms = express.urlencoded({ extended: false, limit: formLimitBytes, parameterLimit: maxFields });
  const rejectOtherTypes: Middleware = (request, _response, next) => {
    if (carriesBody(request) && !request.is('application/x-www-form-urlencoded') && uploadOf(request) === null) {
      next(new Failure('badRequest', { code: 'request.notAForm' }));
    } else {
      next();
    }
  };
  // PostgreSQL rejects NUL characters in text. Reject them here so that no transaction fails halfway.
  const rejectNul: Middleware = (request, _response, next) => {
    const typed = Object.values((request.body ?? {}) as Record<string, string | string[]>).flat();
    if (request.originalUrl.includes('%00') || typed.some((text) => text.includes('\0')))
      next(new Failure('badRequest'));
    else next();
  };
  return [rejectOtherTypes, forms, rejectNul];
}

function carriesBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}
