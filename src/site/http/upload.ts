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

// Loaded with the first upload: starting the portal does not need it.
const require = createRequire(import.meta.url);
const busboy = (): typeof FastifyBusboy => require('@fastify/busboy') as typeof FastifyBusboy;

const mebibyte = 1024 * 1024;
// So much more is still taken from the line and thrown away: most browsers read no answer before they have sent all.
const drainedBytes = 64 * mebibyte;
// What one sender has under way is held in memory, and may come slowly.
const maxConcurrentUploads = 2;
const retryAfterSeconds = 30;
const limits = { files: 1, fileSize: maxImportBytes, fields: 5, fieldSize: 1_024, parts: 6, headerPairs: 20 };

/** @returns what finds the route that takes a request's file; null for a request that sends none, or to another address */
export function uploadsAmong(routes: readonly Route[]): (request: Request) => Route | null {
  const takers = routes.filter((route) => route.upload === true);
  return (request) => {
    if (request.method !== 'POST' || !request.is('multipart/form-data')) return null;
    return takers.find(({ path }) => path === request.path) ?? null;
  };
}

/**
 * Reads a form with a file, for whoever is signed in and allowed what the form does. Of anybody else nothing is read:
 * without its token their form is refused behind this.
 */
export function upload(uploadOf: ReturnType<typeof uploadsAmong>, answerRefusal: AnswerRefusal): Middleware {
  const underWay = new Map<string, number>();
  return async (request, response, next) => {
    const route = uploadOf(request);
    if (route?.upload !== true || request.scope === undefined) return next();
    const decision = may(request.scope, route.access);
    if (!decision.allowed) return answerRefusal(request, response, decision);
    const sender = actingUserId(request.scope);
    const { fields, file } = await limitConcurrentUploads(underWay, sender, () => readParts(request));
    request.body = fields;
    if (file) request.upload = file;
    next();
  };
}

/** @throws Failure throttled where the sender has as many under way as one may */
async function limitConcurrentUploads<T>(
  underWay: Map<string, number>,
  sender: string,
  read: () => Promise<T>,
): Promise<T> {
  const before = underWay.get(sender) ?? 0;
  if (before >= maxConcurrentUploads) throw new Failure('throttled', { retryAfter: retryAfterSeconds });
  underWay.set(sender, before + 1);
  try {
    return await read();
  } finally {
    const left = (underWay.get(sender) ?? 1) - 1;
    if (left === 0) underWay.delete(sender);
    else underWay.set(sender, left);
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
  // What is left of the body is let go by: a line that is cut while it is spoken to hears no answer.
  const give = (failure: Failure): void => {
    request.unpipe(parser);
    request.resume();
    answer.reject(failure);
  };
  parser.on('field', (name, value) => {
    if (name === '_csrf') fields[name] = value;
  });
  const broken = (cause?: unknown): void => give(new Failure('badRequest', { cause }));
  parser.on('file', (_field, stream, name) => {
    file = readFile(stream, name);
    file.catch(broken);
  });
  parser.on('error', broken);
  parser.on('finish', () => {
    Promise.resolve(file).then((read) => answer.resolve({ fields, file: read }), broken);
  });
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > drainedBytes) give(new Failure('tooLarge'));
  });
  request.once('close', () => {
    if (!request.complete) broken();
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
    // What is too large is not kept either.
    if (stream.truncated) chunks = [];
    else chunks.push(chunk);
  }
  return {
    name: name ?? '',
    bytes: stream.truncated ? Buffer.alloc(0) : Buffer.concat(chunks),
    tooLarge: stream.truncated,
  };
}
