import { createRequire } from 'node:module';
import type { Request } from 'express';
import type * as FastifyBusboy from '@fastify/busboy';
import type { BusboyFileStream, BusboyHeaders } from '@fastify/busboy';
import { Failure } from '../../domain/errors.ts';
import { maxImportBytes } from '../../domain/imports.ts';
import { may } from '../../domain/policy.ts';
import type { Middleware, Upload } from './request.ts';
import type { AnswerRefusal, Route } from './routing.ts';
import { actingUserId } from '../../domain/principal.ts';

// Busboy is loaded with the first upload to keep startup fast.
const require = createRequire(import.meta.url);
const busboy = (): typeof FastifyBusboy => require('@fastify/busboy') as typeof FastifyBusboy;

const mebibyte = 1024 * 1024;
// The maximum number of bytes of an oversized body that are read and discarded. They are read because most browsers
// ignore a response until they have sent the whole body.
const maxDrainedBytes = 64 * mebibyte;
// Uploads are buffered in memory and may arrive slowly, so their number per user is limited.
const maxConcurrentUploads = 2;
const retryAfterSeconds = 30;
const limits = { files: 1, fileSize: maxImportBytes, fields: 5, fieldSize: 1_024, parts: 6, headerPairs: 20 };

/**
 * @returns a function that finds the route for an upload; it returns null if the request is not an upload or its route
 * accepts no uploads
 */
export function createUploadRouteFinder(routes: readonly Route[]): (request: Request) => Route | null {
  const uploadRoutes = routes.filter((route) => route.upload === true);
  return (request) => {
    if (request.method !== 'POST' || !request.is('multipart/form-data')) return null;
    return uploadRoutes.find(({ path }) => path === request.path) ?? null;
  };
}

/**
 * Reads a multipart form if its sender is signed in and allowed to use the route. Otherwise the body stays unread, and
 * the CSRF check that follows rejects the request because it finds no token.
 */
export function upload(uploadOf: ReturnType<typeof createUploadRouteFinder>, answerRefusal: AnswerRefusal): Middleware {
  const activeUploads = new Map<string, number>();
  return async (request, response, next) => {
    const route = uploadOf(request);
    if (route?.upload !== true || request.scope === undefined) return next();
    const decision = may(request.scope, route.access);
    if (!decision.allowed) return answerRefusal(request, response, decision);
    const sender = actingUserId(request.scope);
    const { fields, file } = await limitConcurrentUploads(activeUploads, sender, () => {
      // A large file can take minutes on a slow connection.
      clearTimeout(request.formTimer);
      return readParts(request);
    });
    request.body = fields;
    if (file) request.upload = file;
    next();
  };
}

/** @throws a throttled Failure if the sender has too many concurrent uploads */
async function limitConcurrentUploads<T>(
  activeUploads: Map<string, number>,
  sender: string,
  read: () => Promise<T>,
): Promise<T> {
  const active = activeUploads.get(sender) ?? 0;
  if (active >= maxConcurrentUploads) throw new Failure('throttled', { retryAfter: retryAfterSeconds });
  activeUploads.set(sender, active + 1);
  try {
    return await read();
  } finally {
    const remaining = (activeUploads.get(sender) ?? 1) - 1;
    if (remaining === 0) activeUploads.delete(sender);
    else activeUploads.set(sender, remaining);
  }
}

interface Parts {
  readonly fields: Record<string, string>;
  readonly file: Upload | null;
}

function readParts(request: Request): Promise<Parts> {
  const answer = Promise.withResolvers<Parts>();
  const fields: Record<string, string> = {};
  let file: Promise<Upload> | null = null;
  const parser = parserOf(request.headers as BusboyHeaders);
  let bytes = 0;
  // Drain the rest of the body: if the socket closes mid-upload, the client never sees the response.
  const fail = (failure: Failure): void => {
    request.unpipe(parser);
    request.resume();
    answer.reject(failure);
  };
  parser.on('field', (name, value) => {
    if (name === '_csrf') fields[name] = value;
  });
  const failAsMalformed = (cause?: unknown): void => fail(new Failure('badRequest', { cause }));
  parser.on('file', (_field, stream, name) => {
    file = readFile(stream, name);
    file.catch(failAsMalformed);
  });
  parser.on('error', failAsMalformed);
  parser.on('finish', () => {
    Promise.resolve(file).then((read) => answer.resolve({ fields, file: read }), failAsMalformed);
  });
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxDrainedBytes) fail(new Failure('tooLarge'));
  });
  request.once('close', () => {
    if (!request.complete) failAsMalformed();
  });
  request.pipe(parser);
  return answer.promise;
}

function parserOf(headers: BusboyHeaders): InstanceType<typeof FastifyBusboy.Busboy> {
  try {
    return new (busboy().Busboy)({ headers, limits });
  } catch (error) {
    throw new Failure('badRequest', { cause: error });
  }
}

async function readFile(stream: BusboyFileStream, name: string | undefined): Promise<Upload> {
  let chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    // The content of a file that is too large is discarded.
    if (stream.truncated) chunks = [];
    else chunks.push(chunk);
  }
  return {
    name: name ?? '',
    bytes: stream.truncated ? Buffer.alloc(0) : Buffer.concat(chunks),
    tooLarge: stream.truncated,
  };
}
