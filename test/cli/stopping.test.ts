import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { dataDirectory, serve, type Served } from './command.ts';
import { logLines, startIncompleteForm, visit, waitUntilStopping } from './server-requests.ts';

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly reused: boolean;
}

async function ask(origin: string, path: string, agent?: Agent): Promise<Answer> {
  const asked = request(origin + path, { agent: agent ?? false, headers: { Connection: 'keep-alive' } }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  await text(response);
  return { status: response.statusCode, connection: response.headers.connection, reused: asked.reusedSocket };
}

describe('a process that has received SIGTERM', () => {
  describe('during and after the notice period', { concurrency: false }, () => {
    let served: Served;
    let form: Awaited<ReturnType<typeof startIncompleteForm>>;
    before(async () => {
      served = await serve({ DATA_DIR: dataDirectory(), STOP_NOTICE_SECONDS: '4' });
      form = await startIncompleteForm(served.port);
    });

    test('is not ready, but responds to requests on old and new connections, and closes both', async () => {
      const { child, origin } = served;
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      assert.deepEqual(await ask(origin, '/sign-in', agent), { status: 200, connection: 'keep-alive', reused: false });
      // The agent returns the connection to its pool in the next turn.
      await wait(20);
      child.kill('SIGTERM');
      await waitUntilStopping(origin);
      assert.deepEqual(await ask(origin, '/sign-in', agent), { status: 200, connection: 'close', reused: true });
      assert.deepEqual(await ask(origin, '/sign-in'), { status: 200, connection: 'close', reused: false });
      assert.deepEqual(await ask(origin, '/readyz'), { status: 503, connection: 'close', reused: false });
    });

    test('responds to a request that began before the signal, even after it has stopped listening', async () => {
      while (await ask(served.origin, '/healthz').catch(() => null)) await wait(50);
      form.finish();
      assert.match(await form.answer, /^HTTP\/1\.1 403 Forbidden\r\n(.*\r\n)*Connection: close\r\n/);
      assert.equal(await served.ended, 0);
    });
  });

  test('aborts requests that take longer than STOP_GRACE_SECONDS', async () => {
    const times = { STOP_NOTICE_SECONDS: '0', STOP_GRACE_SECONDS: '0' };
    const { child, ended, port } = await serve({ DATA_DIR: dataDirectory(), ...times });
    const form = await startIncompleteForm(port);
    child.kill('SIGTERM');
    assert.equal(await form.answer, '');
    assert.equal(await ended, 0);
  });

  test('logs failed sign-ins with unknown user names that have not been logged yet', async () => {
    const { child, ended, origin, errors } = await serve({ DATA_DIR: dataDirectory(), STOP_NOTICE_SECONDS: '0' });
    const { step } = visit(origin);
    assert.equal(await step('/sign-in', { username: 'nobody@a.example' }), '/sign-in/password');
    assert.equal(await step('/sign-in/password', { password: 'a wrong password' }), null);
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
    const message = 'Sign-ins failed under unknown user names';
    assert.deepEqual(
      logLines(errors())
        .filter(({ msg }) => msg === message || msg === 'Parvis has stopped')
        .map(({ msg, attempts }) => [msg, attempts]),
      [
        [message, 1],
        ['Parvis has stopped', undefined],
      ],
    );
  });
});
