import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SessionData } from 'express-session';
import { sessionTtlMs } from '../../src/site/http/session.ts';
import { TableStore } from '../../src/site/http/session-store/table-store.ts';
import { aPerson } from '../support/person.ts';
import { openPortalWithUsers, type PortalWithUsers } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };

/** A session store that can reject writes as if its disk were full. */
class FullStore extends TableStore {
  isFull = false;
  writes = 0;

  override set(key: string, session: SessionData, done?: (error?: unknown) => void): void {
    this.writes += 1;
    const error = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    if (this.isFull) setImmediate(() => done?.(error));
    else super.set(key, session, done);
  }
}

describe('while sessions cannot be saved', async () => {
  let store: FullStore | undefined;
  const fixture: PortalWithUsers = await openPortalWithUsers({
    sessionStore: (database, { rules }) =>
      (store = new FullStore(database, sessionTtlMs(rules), () => fixture.portal.clock.now)),
  });
  const { portal, send, global } = fixture;
  const whileFull = async <T>(work: () => Promise<T>): Promise<T> => {
    store!.isFull = true;
    return work().finally(() => (store!.isFull = false));
  };

  for (const { method, path, what, status } of [
    { method: 'GET', path: '/sign-in', what: 'the sign-in page', status: 503 },
    { method: 'HEAD', path: '/sign-in', what: 'the sign-in page', status: 503 },
    { method: 'GET', path: '/dashboard', what: 'a page to return to after signing in', status: 503 },
    { method: 'HEAD', path: '/dashboard', what: 'a page to which sign-in does not return', status: 303 },
    { method: 'GET', path: '/nonsense', what: 'a missing page, which has no form', status: 404 },
  ]) {
    test(`${method} of ${what} answers a visitor with ${status}`, async () => {
      const answer = await whileFull(() => send({ method, path, headers: english }));
      assert.equal(answer.status, status);
      assert.equal(answer.headers['set-cookie'], undefined);
      assert.doesNotMatch(answer.text, /<form/);
      if (status !== 503) return;
      assert.deepEqual([answer.headers['retry-after'], answer.headers.location], ['5', undefined]);
      if (method === 'GET') assert.match(answer.text, /temporarily unavailable/);
    });
  }

  test('saving the session is attempted once, and not again with the error page', async () => {
    const before = store!.writes;
    assert.equal((await whileFull(() => send({ method: 'GET', path: '/sign-in', headers: english }))).status, 503);
    assert.equal(store!.writes - before, 1);
  });

  test('the log has one warning for all requests that names the store and the reason, and no error', async () => {
    const { headers } = await whileFull(() => send({ method: 'GET', path: '/sign-in', headers: english }));
    const lines = portal
      .logged()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown> & { level: number });
    assert.deepEqual(
      lines.filter(({ level }) => level >= 40).map(({ level, setting, code, msg }) => [level, setting, code, msg]),
      [
        [
          ...[40, 'DATA_DIR', 'SQLITE_FULL'],
          'SQLite fails to serve requests: The disk with the database file is full.',
        ],
      ],
    );
    const line = lines.find(({ requestId }) => requestId === headers['x-request-id']);
    assert.deepEqual(
      [line?.route, line?.reason, line?.dependency, line?.setting, line?.explanation],
      ['/sign-in', 'SQLITE_FULL', 'SQLite', 'DATA_DIR', 'The disk with the database file is full.'],
    );
  });

  test('a signed-in user can still open pages, even one that shows a notice', async () => {
    const person = await aPerson(portal, english).signIn(global);
    assert.equal((await whileFull(() => send({ method: 'GET', path: '/dashboard', person }))).status, 200);
    const sessions = await portal.database.knex('sessions').select<{ key: string; data: string }[]>('key', 'data');
    for (const { key, data } of sessions) {
      const notice = { kind: 'success', key: 'passwords:changed' };
      const changed = JSON.stringify(Object.assign(JSON.parse(data) as object, { notice }));
      await portal.database.knex('sessions').where({ key }).update({ data: changed });
    }
    const answer = await whileFull(() => send({ method: 'GET', path: '/dashboard', person }));
    assert.equal(answer.status, 200);
    assert.match(answer.text, /password was changed|password has been changed|changed your password/i);
  });

  test('once sessions can be saved again, a page is sent with its cookie, and its form works', async () => {
    const visitor = await aPerson(portal, english).visit('/sign-in');
    assert.equal(visitor.status, 200);
    const answer = await visitor.send('POST', '/sign-in', { username: global.username });
    assert.equal(answer.status, 303);
  });
});
