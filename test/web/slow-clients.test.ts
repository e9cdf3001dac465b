import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, describe, mock, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { createStoppableServer, type ClientTimes } from '../../src/site/http/stoppable-server.ts';
import { importPath } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openPortalWithUsers } from './portal-with-users.ts';
import { boundary, english, fileHead, formEnd, formField, responseOf, startUpload } from './upload-requests.ts';

const timeoutMs = 30_000;
const never = 60_000;
const soon = 100;
// More than the buffers of both sockets hold.
const page = Buffer.alloc(16 * 1024 * 1024, 'x');

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

async function listen(handle: RequestListener, times: Partial<ClientTimes>) {
  const server = createStoppableServer(
    handle,
    Object.assign({ requestMs: never, stallMs: never, responseMs: never }, times),
  );
  await server.listen(0, '127.0.0.1');
  closers.push(() => {
    server.http.close();
    server.http.closeAllConnections();
  });
  return { http: server.http, port: (server.http.address() as AddressInfo).port };
}

/** Connects a client that reads nothing until it is resumed. */
function clientOf(port: number): Socket {
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  closers.push(() => socket.destroy());
  return socket;
}

const head = (method: string, length: number): string =>
  `${method} / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`;
const get = head('GET', 0);

/** Sends requests to a server that answers with a large page. @returns the responses, each when it has closed */
async function closedResponses(times: Partial<ClientTimes>, sent: string, count: number): Promise<ServerResponse[]> {
  const closed = Promise.withResolvers<ServerResponse[]>();
  const done: ServerResponse[] = [];
  const { port } = await listen((request, response) => {
    response.once('close', () => {
      if (done.push(response) === count) closed.resolve(done);
    });
    request.resume().once('end', () => response.end(page.subarray(0, page.length / count + 1)));
  }, times);
  clientOf(port).write(sent);
  return closed.promise;
}

describe('a client that is too slow', () => {
  const cases: [title: string, times: Partial<ClientTimes>, sent: string, count: number][] = [
    ['reads nothing', { stallMs: soon }, get, 1],
    ['requests 400 pages and reads none', { stallMs: soon }, get.repeat(400), 400],
    ['does not read a response in the longest time', { responseMs: soon }, get, 1],
    ['stops sending', { stallMs: soon }, `${head('POST', 10)}half`, 1],
    ['does not send a request in the longest time', { requestMs: soon }, `${head('POST', 10)}half`, 1],
  ];
  for (const [title, times, sent, count] of cases) {
    test(`is disconnected: it ${title}`, { timeout: timeoutMs }, async () => {
      const responses = await closedResponses(times, sent, count);
      assert.equal(
        responses.some(({ writableFinished }) => !writableFinished),
        true,
      );
    });
  }

  test('is not disconnected while the portal prepares its response', { timeout: timeoutMs }, async () => {
    const waiting = Promise.withResolvers<ServerResponse>();
    const { http, port } = await listen(
      (_request, response) => {
        waiting.resolve(response);
      },
      { stallMs: soon },
    );
    const asked = httpRequest({ port, host: '127.0.0.1' }).end();
    const response = await waiting.promise;
    await once(http, 'timeout');
    response.end('done');
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    assert.equal(await text(answer), 'done');
  });

  test('is disconnected when it keeps a connection without requests', { timeout: timeoutMs }, async () => {
    const { http, port } = await listen((_request, response) => void response.end('done'), {});
    Object.assign(http, { keepAliveTimeout: soon, keepAliveTimeoutBuffer: 0 });
    const client = clientOf(port);
    client.resume().write(get);
    await once(client, 'close');
  });
});

describe('the time for a body', async () => {
  const { portal, origin, global } = await openPortalWithUsers();
  const port = Number(new URL(origin).port);
  const admin = await aPerson(portal, english).signIn(global);

  // Shorten only the form timeout; leave all other timers unchanged.
  const real = globalThis.setTimeout;
  const formMs = 30_000;
  mock.method(globalThis, 'setTimeout', ((run: () => void, ms?: number) =>
    real(run, ms === formMs ? soon : ms)) as typeof setTimeout);

  const slowForm = async (): Promise<string> => {
    const client = clientOf(port).resume();
    const type = 'Content-Type: application/x-www-form-urlencoded';
    client.write(
      `POST /sign-in HTTP/1.1\r\nHost: ${new URL(origin).host}\r\n${type}\r\nContent-Length: 90\r\n\r\nuser`,
    );
    return text(client);
  };

  test('is limited for a form, which gets 408', { timeout: timeoutMs }, async () => {
    assert.equal(await slowForm(), 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  });

  test('is limited for an upload by a client that is not signed in', { timeout: timeoutMs }, async () => {
    const client = clientOf(port).resume();
    const type = `Content-Type: multipart/form-data; boundary=${boundary}`;
    client.write(
      `POST ${importPath} HTTP/1.1\r\nHost: ${new URL(origin).host}\r\n${type}\r\nContent-Length: 900000\r\n\r\n${fileHead()}`,
    );
    // The upload is refused before its body is complete. Each further byte restarts the idle timeout, so that only the
    // time limit of the body can close the connection.
    const sending = setInterval(() => client.write('x'), soon / 5);
    assert.match(await text(client), /^HTTP\/1\.1 403 Forbidden\r\n/);
    clearInterval(sending);
  });

  test('is longer for an upload by an administrator', { timeout: timeoutMs }, async () => {
    const call = startUpload(origin, admin);
    call.write(formField('_csrf', admin.csrf) + fileHead());
    await slowForm();
    call.end(`user name\n${formEnd}`);
    assert.notEqual((await responseOf(call)).status, 408);
  });
});
