import { request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import express, { type Express } from 'express';
import type { Database } from '../../src/platform/database/database.ts';

export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends the request target exactly as given, because HTTP clients would normalize it. */
export function sendRaw(
  origin: string,
  path: string,
  { method = 'GET', headers = {}, body }: RawRequest = {},
): Promise<RawResponse> {
  const { hostname, port } = new URL(origin);
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  const answer = Promise.withResolvers<RawResponse>();
  const call = request({ hostname, port, path, method, headers: { ...length, ...headers } }, (response) => {
    text(response).then(
      (all) => answer.resolve({ status: response.statusCode ?? 0, headers: response.headers, text: all }),
      answer.reject,
    );
  });
  call.on('error', answer.reject);
  call.end(body);
  return answer.promise;
}

/** @returns the content of all tables as one string, to check that a text was not stored */
export async function databaseContents({ knex }: Database): Promise<string> {
  const tables = (await knex('sqlite_master').select('name').where({ type: 'table' })) as { name: string }[];
  const rows = await Promise.all(tables.map(async ({ name }): Promise<unknown> => knex(name).select()));
  return JSON.stringify(rows);
}

interface Answer {
  readonly status: number;
  readonly headers: object;
  /** The body; undefined for a HEAD request. */
  readonly text?: string;
}

const changing = new Set(['date', 'x-request-id', 'content-length', 'content-security-policy', 'set-cookie']);
const ids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/**
 * Removes the parts of a response that differ each time, to check that two responses are indistinguishable.
 * @param own texts that the client has sent, such as the user name, which are removed too
 */
export function normalizedResponse({ status, headers, text: body = '' }: Answer, ...own: readonly string[]): object {
  const kept = own.reduce((left, word) => left.replaceAll(word, 'OWN'), body);
  const still = kept.replace(ids, 'ID').replace(/(nonce|name="_csrf" value)="[^"]*"/g, '$1');
  const all = headers as Record<string, string | string[] | undefined>;
  return {
    status,
    body: still,
    cookies: [all['set-cookie'] ?? []].flat().map((cookie) => cookie.replace(/=[^;]*/, '')),
    policy: String(all['content-security-policy']).replace(/nonce-[^']*/, ''),
    headers: Object.fromEntries(Object.entries(all).filter(([name]) => !changing.has(name))),
  };
}

/** Wraps an app and records all of its responses, including their headers. */
export function recordResponses(app: Express): { app: Express; sent: { headers: string; body: string }[] } {
  const sent: { headers: string; body: string }[] = [];
  const recording = express();
  recording.use((_request, response, next) => {
    const chunks: Buffer[] = [];
    const keep = (chunk: unknown): void => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
    };
    const { write, end } = response;
    Object.assign(response, {
      write: (...all: Parameters<typeof write>) => (keep(all[0]), write.apply(response, all)),
      end: (...all: Parameters<typeof end>) => (keep(all[0]), end.apply(response, all)),
    });
    response.on('finish', () => {
      sent.push({ headers: JSON.stringify(response.getHeaders()), body: Buffer.concat(chunks).toString() });
    });
    next();
  });
  recording.use(app);
  return { app: recording, sent };
}
