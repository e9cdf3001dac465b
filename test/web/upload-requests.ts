import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { importPath } from '../support/imports.ts';
import type { Person } from '../support/person.ts';

export const english = { 'Accept-Language': 'en' };
export const maxUploadBytes = 20 * 1024 * 1024;
export const boundary = 'b0undary';
const type = `multipart/form-data; boundary=${boundary}`;

/** Builds a field of a multipart form. */
export const formField = (name: string, value: string): string =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
export const fileHead = (name = 'a.csv'): string =>
  `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/csv\r\n\r\n`;
export const formEnd = `\r\n--${boundary}--\r\n`;
export interface UploadResponse {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

export async function responseOf(call: ClientRequest): Promise<UploadResponse> {
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, location: response.headers.location, body: await text(response) };
}

/** Starts sending a form to the portal without a form library. */
export function startUpload(
  origin: string,
  person: Person | null,
  headers: Record<string, string | number> = {},
  path = importPath,
): ClientRequest {
  const cookie = person ? { Cookie: person.cookies() } : {};
  const call = request(origin + path, {
    method: 'POST',
    headers: { 'Content-Type': type, ...english, ...cookie, ...headers },
  });
  call.on('error', () => undefined);
  return call;
}
