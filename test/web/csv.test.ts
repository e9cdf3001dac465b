import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import express, { type Request } from 'express';
import { sendCsv } from '../../src/site/http/csv.ts';

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

const batch = Array.from({ length: 500 }, () => ['x'.repeat(100), 'y']);
const stallMs = 300;

/** A file of so many batches, how far its making has come, and what became of its sending. */
async function served(batches: number, failAt = Number.POSITIVE_INFINITY) {
  const made = { batches: 0, ended: false };
  const outcome = Promise.withResolvers<boolean | Error>();
  async function* rows(): AsyncGenerator<string[][]> {
    try {
      for (let count = 0; count < batches; count++) {
        await delay(0);
        if (count === failAt) throw new Error('the database is away');
        made.batches++;
        yield batch;
      }
    } finally {
      made.ended = true;
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
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const call = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  call.on('error', () => undefined);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  return { made, outcome: outcome.promise, call, response };
}

describe('a file that is sent row by row', () => {
  test('arrives whole', async () => {
    const { made, outcome, response } = await served(20);
    const body = await text(response);
    assert.equal(body.split('\r\n').length, 20 * 500 + 2);
    assert.ok(body.startsWith('a;b\r\nxxx'));
    assert.equal(await outcome, true);
    assert.deepEqual(made, { batches: 20, ended: true });
    assert.match(response.headers['content-disposition'] ?? '', /filename\*=UTF-8''%C3%A9t%C3%A9\.csv/);
  });

  test('is made no faster than it is taken, and no further when its reader takes nothing for too long', async () => {
    const { made, outcome, response } = await served(10_000);
    response.pause();
    assert.equal(await outcome, false);
    assert.equal(made.ended, true);
    // What the system itself keeps for a connection holds some two hundred of them.
    assert.ok(made.batches < 1_000, `${made.batches} batches were made for a reader who takes none`);
  });

  test('is made no further when its reader leaves', async () => {
    const { made, outcome, call, response } = await served(10_000);
    response.once('data', () => call.destroy());
    assert.equal(await outcome, false);
    assert.equal(made.ended, true);
    assert.ok(made.batches < 2_000);
  });

  test('that cannot be made to its end is broken off: nobody takes it for whole', async () => {
    const { outcome, response } = await served(10, 3);
    await assert.rejects(text(response));
    const error = await outcome;
    assert.ok(error instanceof Error && error.message === 'the database is away');
  });
});
