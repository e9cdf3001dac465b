import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { watchDescriptors } from '../../src/platform/descriptors.ts';
import type { Fault } from '../../src/platform/outages.ts';

describe('running out of file descriptors', () => {
  async function aServer(limit: number | null) {
    const faults: Fault[] = [];
    const server = createServer((_request, response) => response.end('ok'));
    const stop = watchDescriptors(server, { report: (fault) => void faults.push(fault) }, limit);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const open = () => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.on('error', () => undefined);
      return socket;
    };
    const close = (): void => {
      stop();
      server.closeAllConnections();
      server.close();
    };
    return { server, faults, open, close };
  }

  test('is reported if connections have used all but those that the stores need', async () => {
    const { faults, open, close } = await aServer(8);
    const sockets = Array.from({ length: 6 }, open);
    // Half of a small limit remains for connections, so the last two are closed by the server.
    await Promise.all(sockets.slice(4).map((socket) => once(socket, 'close')));
    assert.deepEqual(
      faults.map(({ dependency, code }) => [dependency.name, code]),
      [
        ['File descriptors', 'EMFILE'],
        ['File descriptors', 'EMFILE'],
      ],
    );
    assert.ok(sockets.slice(0, 4).every(({ destroyed }) => !destroyed));
    close();
  });

  for (const { code, reported } of [
    { code: 'EMFILE', reported: 1 },
    { code: 'ENFILE', reported: 1 },
    { code: 'ECONNABORTED', reported: 0 },
  ]) {
    test(`an error ${code} of the listening socket is ${reported ? 'reported' : 'ignored'} and does not end the process`, async () => {
      const { server, faults, close } = await aServer(null);
      server.emit('error', Object.assign(new Error('accept'), { code }));
      assert.equal(faults.length, reported);
      close();
    });
  }
});
