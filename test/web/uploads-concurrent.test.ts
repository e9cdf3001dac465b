import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { aTenant, aUser } from '../support/builders.ts';
import { importPath } from '../support/imports.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const portal = await openPortal();
const origin = await portal.listen();
const tenant = await aTenant(portal, { language: 'en' });
const anAdministrator = async (): Promise<Person> =>
  aPerson(portal).signIn(await aUser(portal, tenant, { administratorLevel: 'global' }));

/** Starts an upload without finishing it. */
function begin(person: Person): ClientRequest {
  const headers = { 'Content-Type': 'multipart/form-data; boundary=b', 'Content-Length': 1_000_000 };
  const call = request(origin + importPath, { method: 'POST', headers: { ...headers, Cookie: person.cookies() } });
  call.on('error', () => undefined);
  call.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nuser name\n');
  return call;
}

async function answered(call: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return response;
}

/** @returns whether a file is being read, in which case no response arrives before its end */
const isRead = (call: ClientRequest): Promise<boolean> =>
  Promise.race([answered(call).then(() => false), delay(500, true)]);

describe('concurrent uploads', () => {
  test('are limited to two per user, and allowed again once they have ended', async () => {
    const [slow, other] = [await anAdministrator(), await anAdministrator()];
    const held = [begin(slow), begin(slow)];
    assert.deepEqual(await Promise.all(held.map(isRead)), [true, true]);
    const third = begin(slow);
    const refusal = await answered(third);
    assert.deepEqual([refusal.statusCode, refusal.headers['retry-after']], [429, '30']);
    const theirs = begin(other);
    assert.equal(await isRead(theirs), true);
    for (const call of [...held, third, theirs]) call.destroy();
    await delay(500);
    const again = begin(slow);
    assert.equal(await isRead(again), true);
    again.destroy();
  });
});
