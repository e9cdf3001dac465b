import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';

const behindProxy = { environment: { TRUST_PROXY: '1' } };
const wrong = 'the wrong one of them all';

let lastAddress = 0;
const anAddress = (): string => `198.51.100.${++lastAddress}`;
const headersFrom = (address: string) => ({ 'Accept-Language': 'en', 'X-Forwarded-For': address });

const guess = (person: Person, password = wrong) => person.send('POST', '/sign-in/password', { password });

async function from(portal: Portal, address: string, username: string, cookie = ''): Promise<Person> {
  const person = aPerson(portal, { ...headersFrom(address), ...(cookie && { Cookie: cookie }) });
  await person.visit('/sign-in');
  return person.submit('Next', { 'User name': username });
}

/** Wrong tries from addresses of their own, five each: no pair of name and address is ever blocked. */
async function strangersGuess(portal: Portal, username: string, times: number): Promise<void> {
  for (let done = 0; done < times; done += 5) {
    const stranger = await from(portal, anAddress(), username);
    for (let each = 0; each < 5; each++) assert.equal((await guess(stranger)).status, 422, `${done + each}`);
  }
}

describe('strangers who guess at one name from everywhere', async () => {
  const portal = await openPortal(behindProxy);
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant);
  const neighbour = await aUser(portal, tenant);

  const device = await aPerson(portal, headersFrom(anAddress())).signIn(zoe);
  const othersDevice = await aPerson(portal, headersFrom(anAddress())).signIn(neighbour);
  const deviceCookie = (person: Person): string => /parvis-worldwide-device=[^;]+/.exec(person.cookies())?.[0] ?? '';
  const tries = async (cookie: string, user: TestUser = zoe): Promise<number> =>
    (await guess(await from(portal, anAddress(), user.username, cookie), user.clearPassword)).status;

  it('are stopped after fifty tries a day, wherever the next one comes from', async () => {
    await strangersGuess(portal, zoe.username, 50);
    const next = await guess(await from(portal, anAddress(), zoe.username), zoe.clearPassword);
    assert.equal(next.status, 429);
    const retryAfter = Number(next.headers['retry-after']);
    assert.ok(retryAfter > 86_000 && retryAfter <= 86_400, String(retryAfter));
  });

  it('do not lock its user out of a browser in which they signed in before', async () => {
    assert.equal((await device.visit('/dashboard')).path, '/dashboard');
    await device.submit('Sign out');
    assert.equal((await device.signIn(zoe)).path, '/dashboard');
    assert.equal(await tries(deviceCookie(device)), 303);
  });

  it('do not touch anybody else', async () => {
    assert.equal(await tries('', neighbour), 303);
  });

  it('cannot make a device known', async () => {
    const genuine = deviceCookie(device);
    const forgeries = [
      deviceCookie(othersDevice),
      `${genuine.slice(0, -2)}AA`,
      genuine.replace(/\..*/, ''),
      genuine.replace(/=[^.]+/, '=another'),
      'parvis-worldwide-device=.',
    ];
    for (const cookie of forgeries) assert.equal(await tries(cookie), 429, cookie);
  });

  it('who hold the browser itself have five tries like everybody', async () => {
    const thief = await from(portal, anAddress(), neighbour.username, deviceCookie(othersDevice));
    for (let each = 0; each < 5; each++) assert.equal((await guess(thief)).status, 422);
    const elsewhere = await from(portal, anAddress(), neighbour.username, deviceCookie(othersDevice));
    assert.equal((await guess(elsewhere, neighbour.clearPassword)).status, 429);
  });
});

describe('strangers who try one password on many names', async () => {
  const portal = await openPortal(behindProxy);
  const zoe = await aUser(portal, await aTenant(portal));
  const address = anAddress();

  it('are stopped after a hundred tries from one address', async () => {
    for (let name = 0; name < 100; name++) {
      const answer = await guess(await from(portal, address, `somebody-${name}@nowhere.example`));
      assert.equal(answer.status, 422, `${name}`);
    }
    assert.equal((await guess(await from(portal, address, 'somebody-100@nowhere.example'))).status, 429);
    assert.equal((await guess(await from(portal, address, zoe.username), zoe.clearPassword)).status, 429);
    assert.equal((await guess(await from(portal, anAddress(), zoe.username), zoe.clearPassword)).status, 303);
  });

  it('are stopped, not those who share their address and know their password, one after the other', async () => {
    const shared = anAddress();
    for (let round = 0; round < 102; round++) {
      const person = await aPerson(portal, headersFrom(shared)).visit('/sign-in');
      await person.submit('Next', { 'User name': zoe.username });
      assert.equal((await guess(person, zoe.clearPassword)).status, 303, `${round}`);
    }
  });
});

describe('a hundred wrong passwords in a row, however slowly', async () => {
  const portal = await openPortal(behindProxy);
  const tenant = await aTenant(portal, { language: 'en' });
  const [zoe, camille] = [await aUser(portal, tenant), await aUser(portal, tenant, { administratorLevel: 'global' })];
  const isLetIn = async (clearPassword: string): Promise<boolean> =>
    (await guess(await from(portal, anAddress(), zoe.username), clearPassword)).status === 303;
  // The limiter reads the real time: what a day does to it, this does.
  const aDayPasses = () => portal.database.knex('throttles').whereNot('key', 'like', 'row:%').delete();

  it('close an account to strangers for longer than a day', async () => {
    for (const _day of [1, 2]) {
      await strangersGuess(portal, zoe.username, 50);
      await aDayPasses();
    }
    assert.equal(await isLetIn(zoe.clearPassword), false);
    await aDayPasses();
    assert.equal(await isLetIn(zoe.clearPassword), false);
  });

  it('are forgotten when an administrator resets the password', async () => {
    await aDayPasses();
    const admin = await aPerson(portal, headersFrom(anAddress())).signIn(camille);
    await admin.visit(`/account-settings/user-management/${zoe.id}/reset-password`);
    await admin.submit('Reset password');
    assert.equal(await isLetIn(admin.$('output#temporary-password').text()), true);
  });
});

describe('a throttle that cannot be asked', async () => {
  const portal = await openPortal();
  const zoe = await aUser(portal, await aTenant(portal));

  it('lets nobody in', async () => {
    await portal.database.knex.schema.renameTable('throttles', 'away');
    const person = await aPerson(portal).signIn(zoe);
    assert.ok(person.status >= 500);
    assert.equal((await person.visit('/dashboard')).path, '/sign-in');
    await portal.database.knex.schema.renameTable('away', 'throttles');
    assert.equal((await person.signIn(zoe)).path, '/dashboard');
  });
});
