import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { SessionData } from 'express-session';
import { sessionTtlMs } from '../../src/site/http/session.ts';
import { TableStore } from '../../src/site/http/session-store/table-store.ts';
import { aPerson } from '../support/person.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';
import { openPortalWithUsers, type PortalWithUsers } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };

describe('rotating the session secret', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'parvis-rotation-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'parvis.sqlite');
  const [old, next] = ['old-'.repeat(10), 'new-'.repeat(10)];
  const portalWith = (...secrets: string[]) =>
    openPortal({ environment: { DATABASE_URL: `sqlite:${file}`, SESSION_SECRETS: secrets.join(',') } });
  const before = await portalWith(old);
  const during = await portalWith(next, old);
  const afterwards = await portalWith(next);
  const tenant = await aTenant(before);
  const user = await aUser(before, tenant, {});

  async function at(portal: typeof before, cookies: string): Promise<string> {
    const person = aPerson(portal, { ...english, Cookie: cookies });
    await person.visit('/dashboard');
    return person.path;
  }

  test('keeps sessions valid while both secrets are listed, and invalidates them once the old secret is removed', async () => {
    const { cookies } = await aPerson(before, english).signIn(user);
    assert.equal(await at(before, cookies()), '/dashboard');
    assert.equal(await at(during, cookies()), '/dashboard');
    assert.equal(await at(afterwards, cookies()), '/sign-in');
  });

  test('signs new sessions with the new secret only', async () => {
    const { cookies } = await aPerson(during, english).signIn(user);
    assert.equal(await at(during, cookies()), '/dashboard');
    assert.equal(await at(afterwards, cookies()), '/dashboard');
    assert.equal(await at(before, cookies()), '/sign-in');
  });
});

/** A session store that fails on demand. */
class FailingStore extends TableStore {
  failReads = false;
  failWrites = false;
  static readonly lost = Object.assign(new Error('lost'), { code: 'ECONNREFUSED' });

  override get(key: string, done: (error: unknown, session?: SessionData | null) => void): void {
    if (this.failReads) setImmediate(done, FailingStore.lost);
    else super.get(key, done);
  }

  override set(key: string, session: SessionData, done?: (error?: unknown) => void): void {
    if (this.failWrites) setImmediate(() => done?.(FailingStore.lost));
    else super.set(key, session, done);
  }

  override destroy(key: string, done?: (error?: unknown) => void): void {
    if (this.failWrites) setImmediate(() => done?.(FailingStore.lost));
    else super.destroy(key, done);
  }
}

describe('a session store that fails during a request', async () => {
  let store: FailingStore | undefined;
  const fixture: PortalWithUsers = await openPortalWithUsers({
    sessionStore: (database, { rules }) =>
      (store = new FailingStore(database, sessionTtlMs(rules), () => fixture.portal.clock.now)),
  });
  const { portal, send, global } = fixture;

  test('does not make a failed sign-in look successful', async () => {
    const visitor = await aPerson(portal, english).visit('/sign-in');
    await visitor.send('POST', '/sign-in', { username: global.username });
    await visitor.visit('/sign-in/password');
    store!.failWrites = true;
    const form = { _csrf: visitor.csrf, password: global.clearPassword };
    const { status, headers } = await send({ method: 'POST', path: '/sign-in/password', person: visitor, form });
    store!.failWrites = false;
    assert.equal(status, 503);
    assert.equal(headers.location, undefined);
    const cookie = [headers['set-cookie'] ?? []]
      .flat()
      .map((each) => each.split(';')[0])
      .join('; ');
    const dashboard = await send({ method: 'GET', path: '/dashboard', headers: { Cookie: cookie } });
    assert.equal(dashboard.headers.location, '/sign-in');
  });

  test('makes the first step of a sign-in fail with 503', async () => {
    const visitor = await aPerson(portal, english).visit('/sign-in');
    store!.failWrites = true;
    const form = { _csrf: visitor.csrf, username: global.username };
    const { status } = await send({ method: 'POST', path: '/sign-in', person: visitor, form });
    store!.failWrites = false;
    assert.equal(status, 503);
  });

  test('does not make a failed sign-out look successful', async () => {
    const person = await aPerson(portal, english).signIn(global);
    store!.failWrites = true;
    const { status } = await send({ method: 'POST', path: '/sign-out', person, form: { _csrf: person.csrf } });
    store!.failWrites = false;
    const after = await send({ method: 'GET', path: '/dashboard', person });
    assert.ok(status === 503 || after.headers.location === '/sign-in');
  });

  test('does not truncate a page that has been rendered', async () => {
    store!.failWrites = true;
    const { status, text } = await send({ method: 'GET', path: '/sign-in', headers: english });
    store!.failWrites = false;
    assert.ok([200, 503].includes(status));
    assert.match(text, /<\/html>\s*$/);
  });

  test('grants no access, and a pending password change stays pending', async () => {
    const person = await aPerson(portal, english).signIn(global);
    await portal.database
      .knex('users')
      .where({ id: global.id })
      .update({ password: 'temporary', temporary_until: portal.clock.now + 1e9 });
    store!.failReads = true;
    const { status } = await send({ method: 'GET', path: '/dashboard', person });
    store!.failReads = false;
    assert.equal(status, 503);
    const response = await send({ method: 'GET', path: '/dashboard', person });
    assert.equal(response.headers.location, '/change-password');
  });
});
