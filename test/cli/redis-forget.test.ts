import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createClient } from 'redis';
import { deleteRedisSessions } from '../../src/cli/delete-redis-sessions.ts';
import { sessionTtlMs } from '../../src/site/http/session.ts';
import { openRedisSessions } from '../../src/site/http/session-store/redis-store.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { worldwide } from '../data/databases.ts';
import { redis, skipWithout } from '../support/services.ts';
import * as sessionsStore from '../../src/core/accounts/stores/sessions.store.ts';

const server = await redis();
const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
});

describe('deleteRedisSessions', { skip: skipWithout('redis', server) }, () => {
  test('deletes the browser sessions of a moved tenant and no others', async () => {
    const url = server?.url ?? '';
    const unmarked = { region: 'worldwide', fingerprint: null, marks: false };
    const sessions = await openRedisSessions(url, unmarked, sessionTtlMs(worldwide), () => {});
    closers.push(() => sessions.close());
    const portal = await openPortal({ sessionStore: () => sessions.store });
    const client = await createClient({ url })
      .on('error', () => undefined)
      .connect();
    closers.push(() => client.close());
    const sessionKeys = async (): Promise<string[]> => {
      const keys = await client.keys('*');
      return keys.filter((key) => !['parvis:ready', 'parvis:region'].includes(key));
    };
    const storedSessions = async (): Promise<string> => {
      const keys = await sessionKeys();
      return keys.length === 0 ? '' : JSON.stringify(await client.mGet(keys));
    };
    const [moving, staying] = [await aTenant(portal), await aTenant(portal)];
    const [user, other] = [await aUser(portal, moving), await aUser(portal, staying)];
    const english = { 'Accept-Language': 'en' };
    await aPerson(portal, english).signIn(user);
    const otherPerson = await aPerson(portal, english).signIn(other);
    for (const { username } of [user, other]) {
      const visitor = await aPerson(portal, english).visit('/sign-in');
      await visitor.submit('Next', { 'User name': username });
    }
    await sessionsStore.endAllOfTenant(portal.database, moving.scope);
    assert.ok((await storedSessions()).includes(user.username));
    assert.equal((await sessionKeys()).length, 4);
    const { database, tenants, hasher } = portal;
    const config = { ...portal.config, redisUrl: url };
    await deleteRedisSessions({ config, database, tenants, hasher }, [moving.domain]);
    const left = await storedSessions();
    assert.deepEqual([left.includes(user.username), left.includes(other.username)], [false, true]);
    assert.equal((await sessionKeys()).length, 2);
    assert.equal((await otherPerson.visit('/dashboard')).path, '/dashboard');
  });
});
