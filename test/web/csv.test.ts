import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type Request } from 'express';
import { sendCsv } from '../../src/site/http/csv.ts';

const cleanups: (() => void)[] = [];
after(() => {
  for (const close of cleanups) close();
});

const batch = Array.from({ length: 500 }, () => ['x'.repeat(100), 'y']);
const stallMs = 300;

/** Serves a file of `batches` batches. @returns the progress of generating the file, and the outcome of sending it */
async function serveCsv(batches: number, failAt = Number.POSITIVE_INFINITY) {
  const progress = { batches: 0, ended: false };
  const outcome = Promise.withResolvers<boolean | Error>();
  async function* rows(): AsyncGenerator<string[][]> {
    try {
      for (let count = 0; count < batches; count++) {
        await delay(0);
        if (count === failAt) throw new Error('the database is away');
        progress.batches++;
        yield batch;
      }
    } finally {
      progress.ended = true;
    }
  }
  const app = express();
  app.get('/', (request: Request, response) => {
    request.language = 'fr';
    sendCsv(request, response, { name: 'été', delimiter: ';', header: ['a', 'b'], batches: rows() }, stallMs).then(
      outcome.resolve,
      (error: unknown) => outcome.resolve(error as Error),
    );
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const call = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  call.on('error', () => undefined);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return { progress, outcome: outcome.promise, call, response };
}

describe('a file streamed in rows', () => {
  test('reaches the client completely', async () => {
    const { progress, outcome, response } = await serveCsv(20);
    const body = await text(response);
    assert.equal(body.split('\r\n').length, 20 * 500 + 2);
    assert.ok(body.startsWith('a;b\r\nxxx'));
    assert.equal(await outcome, true);
    assert.deepEqual(progress, { batches: 20, ended: true });
    assert.match(response.headers['content-disposition'] ?? '', /filename\*=UTF-8''%C3%A9t%C3%A9\.csv/);
  });

  test('is generated at the speed of the reader, and stops after a stall', async () => {
    const { progress, outcome, response } = await serveCsv(10_000);
    response.pause();
    assert.equal(await outcome, false);
    assert.equal(progress.ended, true);
    // The kernel's socket buffers hold about 200 batches.
    assert.ok(progress.batches < 1_000, `${progress.batches} batches were generated for a reader that reads nothing`);
  });

  test('is no longer generated after the reader disconnects', async () => {
    const { progress, outcome, call, response } = await serveCsv(10_000);
    response.once('data', () => call.destroy());
    assert.equal(await outcome, false);
    assert.equal(progress.ended, true);
    assert.ok(progress.batches < 2_000);
  });

  test('is aborted if generation fails, so that it is not mistaken for a complete file', async () => {
    const { outcome, response } = await serveCsv(10, 3);
    await assert.rejects(text(response));
    const error = await outcome;
    assert.ok(error instanceof Error && error.message === 'the database is away');
  });
});
