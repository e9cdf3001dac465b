import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Request, Response } from 'express';
import { Failure } from '../../src/domain/errors.ts';
import type { Cookies } from '../../src/site/http/cookies.ts';
import type { Drafts } from '../../src/site/http/drafts.ts';
import { guardForms } from '../../src/site/http/kept-input.ts';

/** @returns the error the middleware passes on for a request without a token, or undefined */
function passed(method: string): unknown {
  const request = { method, session: {}, body: {}, get: () => undefined } as unknown as Request;
  let error: unknown = 'never called';
  guardForms({ cookies: {} as Cookies, drafts: {} as Drafts, findForm: () => null })(
    request,
    {} as Response,
    (given?: unknown) => (error = given),
  );
  return error;
}

for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'])
  test(`${method} without a token is rejected, even at a URL without a form`, () => {
    const error = passed(method);
    assert.ok(error instanceof Failure && error.kind === 'staleForm');
  });

for (const method of ['GET', 'HEAD', 'OPTIONS'])
  test(`${method} needs no token`, () => assert.equal(passed(method), undefined));
