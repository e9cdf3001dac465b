import express, { type Request } from 'express';
import { Failure } from '../domain/errors.ts';
import type { Middleware } from './request.ts';

const formLimitBytes = 64 * 1024;
const mostFields = 200;

/** Reads HTML forms and nothing else; what is too large, or of another kind, is refused before it is read. */
export function body(): Middleware[] {
  const forms = express.urlencoded({ extended: false, limit: formLimitBytes, parameterLimit: mostFields });
  const onlyForms: Middleware = (request, _response, next) => {
    if (carriesBody(request) && !request.is('application/x-www-form-urlencoded')) {
      next(new Failure('badRequest', { because: 'errors:reason.notAForm' }));
    } else {
      next();
    }
  };
  return [onlyForms, forms];
}

function carriesBody(request: Request): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}
