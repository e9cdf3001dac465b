import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { createClient } from 'redis';
import { aPerson, type Person } from '../support/person.ts';
import { redis, skipWithout } from '../support/services.ts';
import { cleanups, portalOn } from './redis-portal.ts';

const english = { 'Accept-Language': 'en' };

/** The session ID in the browser's cookie. */
function idOf(person: Person): string {
  const [, id = ''] = /parvis-worldwide-session=s:([^.]+)\./.exec(decodeURIComponent(person.cookies())) ?? [];
  return id;
}

const keyOf = (id: string): string => `parvis:session:${createHash('sha256').update(id).digest('base64url')}`;

const server = await redis();

describe('sessions in Redis', { skip: skipWithout('redis', server) }, async () => {
  const fixture = await portalOn(server?.url ?? '');
  const { portal, global } = fixture;
  const client = await createClient({ url: server?.url ?? '' }).connect();
  // The server may end before the client.
  client.on('error', () => undefined);
  cleanups.push(() => Promise.resolve(client.destroy()));

  test('are stored under a digest, for 30 minutes before sign-in and for 12 hours afterwards', async () => {
    const person = await aPerson(portal, english).visit('/sign-in');
    assert.ok((await client.ttl((await client.keys('*'))[0] ?? '')) <= 1_800);
    await person.signIn(global);
    assert.equal(person.path, '/dashboard');
    const id = idOf(person);
    assert.ok(id.length >= 24);
    const keys = await client.keys('*');
    const key = keyOf(id);
    assert.ok(keys.includes(key));
    const values = await Promise.all(keys.map((key) => client.get(key)));
    assert.doesNotMatch([...keys, ...values].join(' '), new RegExp(id.replace(/[-_]/g, '.')));
    assert.doesNotMatch(values.join(' '), /Laurent|argon2|Ateliers|Canary/);
    const ttl = await client.ttl(key);
    assert.ok(ttl > 1_800 && ttl <= 12 * 3_600, String(ttl));
  });

  test('are deleted at sign-out', async () => {
    const person = await aPerson(portal, english).signIn(global);
    const [cookies, key] = [person.cookies(), keyOf(idOf(person))];
    assert.equal(await client.exists(key), 1);
    await person.submit('Sign out');
    const replay = await fixture.send({ method: 'GET', path: '/dashboard', headers: { Cookie: cookies } });
    assert.equal(replay.headers.location, '/sign-in');
    assert.equal(await client.exists(key), 0);
  });

  test('require a new sign-in if they have been flushed', async () => {
    const person = await aPerson(portal, english).signIn(global);
    await client.flushAll();
    await person.visit('/dashboard');
    assert.deepEqual([person.path, person.status], ['/sign-in', 200]);
    await person.signIn(global);
    assert.equal(person.path, '/dashboard');
  });
});
