import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import express from 'express';
import { activityRoutes } from '../../src/site/activity/activity.routes.ts';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';

const { database, ...portal } = await openPortal();
const { scope } = await aTenant({ database, ...portal });

/** Serves an endless log in chunks; with `fails`, the stream throws at the third chunk. */
async function serve({ fails = false } = {}) {
  const seen = { made: 0, stopped: false, failures: [] as unknown[] };
  async function* endless(): AsyncGenerator<string> {
    try {
      for (;;) {
        if (++seen.made === 3 && fails) throw new Error('The database is gone');
        await wait(1);
        yield 'x'.repeat(100_000);
      }
    } finally {
      seen.stopped = true;
    }
  }
  const exports = { begin: () => Promise.resolve({ outcome: 'begun' as const, text: endless() }) };
  const routes = activityRoutes({ database, exports, textsFor: () => assert.fail(), clock: () => 0 });
  const { handle } = routes.find(({ path }) => path === paths.activityCsv)!;
  const app = express().get('/', async (request, response) => {
    request.scope = scope;
    await Promise.resolve(handle(request, response)).catch((error: unknown) => seen.failures.push(error));
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

describe('streaming an export', () => {
  it('reads no more than the client consumes, and stops without an error if the client disconnects', async () => {
    const { seen, address } = await serve();
    const [response] = (await once(get(address), 'response')) as [IncomingMessage];
    // The buffers at both ends fill up first, which takes longer on a busy machine.
    let before = -1;
    for (let waits = 0; seen.made !== before && waits < 20; waits++) {
      before = seen.made;
      await wait(500);
    }
    assert.ok(before > 0 && seen.made === before, `${before} pieces, then ${seen.made}`);
    response.destroy();
    for (let waits = 0; !seen.stopped && waits < 100; waits++) await wait(20);
    assert.deepEqual([seen.stopped, seen.failures], [true, []]);
  });

  it('aborts the connection and reports the error if reading fails, so that the file is not mistaken for complete', async () => {
    const { seen, address } = await serve({ fails: true });
    const [response] = (await once(get(address), 'response')) as [IncomingMessage];
    await assert.rejects(response.toArray(), /aborted/);
    assert.deepEqual([response.complete, seen.failures.map(String)], [false, ['Error: The database is gone']]);
  });
});
