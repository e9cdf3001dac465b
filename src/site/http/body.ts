import express, { type Request } from 'express';
import { Failure } from '../../domain/errors.ts';
import type { Middleware } from './request.ts';

const formLimitBytes = 64 * 1024;
const maxFields = 200;

/**
 * Reads HTML forms and nothing else; what is too large, or of another kind, is refused before it is read.
 * @param uploadOf the route that takes a request's file, or null; such a request is left unread until it is known who sends it
 */
export function body(uploadOf: (request: Request) => object | null): Middleware[] {
  const forms = express.urlencoded({ extended: false, limit: formLimitBytes, parameterLimit: maxFields });
  const onlyForms: Middleware = (request, _response, next) => {
    if (carriesBody(request) && !request.is('application/x-www-form-urlencoded') && uploadOf(request) === null) {
      next(new Failure('badRequest', { code: 'request.notAForm' }));
    } else {
      next();
    }
  };
  // Nobody types a NUL, and PostgreSQL takes none: refused here, it cannot fail in the middle of something.
  const withoutNul: Middleware = (request, _response, next) => {
    const typed = Object.values((request.body ?? {}) as Record<string, string | string[]>).flat();
    if (request.originalUrl.includes('%00') || typed.some((text) => text.includes('\0')))
      next(new Failure('badRequest'));
    else next();
  };
  return [onlyForms, forms, withoutNul];
}

function carriesBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}
