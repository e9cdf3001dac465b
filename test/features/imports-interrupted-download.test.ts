import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createHasher, type Hasher } from '../../src/platform/keys/hasher.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { plannedAddition } from '../support/import-scenarios.ts';
import { aStagedImport, importPath } from '../support/imports.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const english = { 'Accept-Language': 'en' };
const people = 450;
const secret = /[A-Z2-9]{4}(?:-[A-Z2-9]{4}){4}/g;

// Pauses after the passwords of the first 200 users until the gate opens.
const base = createHasher({ memoryCost: 8, timeCost: 1, parallelism: 1 });
let issuedCount = 0;
let gate = Promise.withResolvers<undefined>();
const hasher: Hasher = {
  ...base,
  hashRandom: async (password) => {
    if (++issuedCount > 200) await gate.promise;
    return base.hashRandom(password);
  },
};

const portal = await openPortal({ hasher });
const origin = await portal.listen();

async function aFinishedImport() {
  issuedCount = 0;
  gate = Promise.withResolvers();
  const tenant = await aTenant(portal, { language: 'en' });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  const rows = Array.from({ length: people }, (_, index) => plannedAddition(tenant, index));
  const address = `${importPath}/${await aStagedImport(portal, tenant, camille, rows)}`;
  const admin = await (await aPerson(portal, english).signIn(camille)).visit(address);
  await admin.submit(`Import all ${people} rows`);
  await portal.background.runAll();
  return { tenant, camille, admin: await admin.visit(address), address };
}

/** Starts the download and disconnects once the first passwords have arrived. @returns the data received */
function leaveInTheMiddle(admin: Person, address: string): Promise<string> {
  const body = new URLSearchParams({ _csrf: admin.csrf }).toString();
  const headers = { Cookie: admin.cookies(), 'Content-Type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const call = request(`${origin}${address}/passwords`, { method: 'POST', headers }, (response) => {
      let text = '';
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length < 5_000) return;
        call.destroy();
        resolve(text);
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

const opens = async (file: string, username: string): Promise<boolean> => {
  const password =
    new RegExp(`^${RegExp.escape(username)}.*?([A-Z2-9]{4}(?:-[A-Z2-9]{4}){4})`, 'm').exec(file)?.[1] ?? '';
  return (await aPerson(portal, english).signIn({ username, clearPassword: password })).path === '/change-password';
};

describe('an interrupted download of temporary passwords', () => {
  it('stops issuing passwords and can be repeated for the users who have not signed in', async () => {
    const { tenant, admin, address } = await aFinishedImport();
    const first = await leaveInTheMiddle(admin, address);
    assert.equal(await opens(first, `new0@${tenant.domain}`), true);
    gate.resolve(undefined);
    const isOver = async (): Promise<boolean> => (await admin.visit(address)).text.includes('broke off');
    for (let tries = 0; tries < 200 && !(await isOver()); tries++) await delay(50);
    assert.ok(issuedCount < people, `${issuedCount} passwords were issued after the interruption`);

    admin.sees('The last download was interrupted').sees('449 new users can’t sign in yet');
    await admin.submit('Download passwords');
    const second = admin.body;
    assert.equal(second.match(secret)?.length, 449);
    assert.ok(!second.includes(`new0@${tenant.domain}`), 'a user who has signed in keeps their password');
    assert.equal(await opens(second, `new1@${tenant.domain}`), true);
    assert.equal(await opens(first, `new2@${tenant.domain}`), false, 'passwords of the interrupted file are invalid');
    assert.equal(await opens(second, `new449@${tenant.domain}`), true);
    await admin.visit(address);
    admin.sees('You can’t download them again');
  });

  it('is aborted when the administrator who requested it is blocked', async () => {
    const { tenant, camille, admin, address } = await aFinishedImport();
    const going = assert.rejects(Promise.resolve(admin.send('POST', `${address}/passwords`)));
    while (issuedCount <= 200) await delay(5);
    await usersStore.setState(portal.database, tenant.scope, camille.id, 'blocked', portal.clock.now);
    gate.resolve(undefined);
    await going;
    const issued = await portal.database.knex('activity').where({ tenant_id: tenant.id, kind: 'password.issued' });
    assert.equal(issued.length, 200);
  });

  it('counts as running while it sends data, and as interrupted a minute after it stops', async () => {
    const { admin, address } = await aFinishedImport();
    // The first download loses its lease and eventually fails, without affecting the passwords of the second download.
    const going = assert.rejects(Promise.resolve(admin.send('POST', `${address}/passwords`)));
    while (issuedCount <= 200) await delay(5);
    assert.equal((await admin.send('POST', `${address}/passwords`)).status, 409);
    (await admin.visit(address)).sees('are already being downloaded');
    portal.clock.now += 60_001;
    (await admin.visit(address)).sees('The last download was interrupted');
    gate.resolve(undefined);
    const next = await admin.send('POST', `${address}/passwords`);
    assert.equal(next.status, 200);
    await going;
    assert.equal(next.text.match(secret)?.length, people);
    assert.equal(await opens(next.text, (/new300@\S+?(?=,)/.exec(next.text) ?? [''])[0]), true);
  });
});
