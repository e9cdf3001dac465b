import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { derivedKeys } from '../../platform/keys/derived-keys.ts';
import type { Cookies } from './cookies.ts';
import type { Middleware, Visitor } from './request.ts';

const cookie = 'visitor';
const idBytes = 16;

/**
 * Adds the visitor to each request.
 * @param secrets the signing secrets: the first signs new cookies, and all are accepted
 */
export function visitors(cookies: Cookies, secrets: readonly string[]): Middleware {
  const keys = derivedKeys(secrets, 'visitor');
  return (request, response, next) => {
    request.visitor = createVisitor(cookies, keys, request, response);
    next();
  };
}

function createVisitor(cookies: Cookies, keys: readonly string[], request: Request, response: Response): Visitor {
  const given = cookies.read(request, cookie);
  let current: string | null | undefined;
  const token = (): string | null => (current ??= given === null ? null : tokenOf(keys, given));
  return {
    token,
    issueToken: () => {
      const existing = token();
      if (existing !== null) return existing;
      const id = randomBytes(idBytes).toString('base64url');
      const [key = ''] = keys;
      cookies.set(response, cookie, `${id}.${mac(key, 'id', id)}`);
      return (current = mac(key, 'csrf', id));
    },
    accepts: (typed) => {
      const expected = token();
      return expected !== null && isEqual(typed, expected);
    },
    forget: () => {
      if (given !== null) cookies.clear(response, cookie);
    },
  };
}

// The cookie is signed, so that a cookie from a process with other secrets counts as missing, and the log states that
// as the reason.
function tokenOf(keys: readonly string[], value: string): string | null {
  const [id = '', signature = ''] = value.split('.');
  const key = keys.find((each) => isEqual(signature, mac(each, 'id', id)));
  return key === undefined ? null : mac(key, 'csrf', id);
}

const mac = (key: string, purpose: 'id' | 'csrf', id: string): string =>
  createHmac('sha256', key).update(`${purpose} ${id}`).digest('base64url');

const isEqual = (typed: string, expected: string): boolean => {
  const [one, other] = [Buffer.from(typed), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
};
