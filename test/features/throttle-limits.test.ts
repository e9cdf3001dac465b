import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { statusesOf } from '../support/password-attacks.ts';
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

/** Wrong passwords from distinct addresses, five each, so that no pair of name and address is blocked. */
async function guessFromManyAddresses(portal: Portal, username: string, times: number): Promise<void> {
  for (let done = 0; done < times; done += 5) {
    const stranger = await from(portal, anAddress(), username);
    for (let each = 0; each < 5; each++) assert.equal((await guess(stranger)).status, 422, `${done + each}`);
  }
}

describe('guessing the password of one user from many addresses', async () => {
  const portal = await openPortal(behindProxy);
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant);
  const neighbour = await aUser(portal, tenant);

  const device = await aPerson(portal, headersFrom(anAddress())).signIn(zoe);
  const othersDevice = await aPerson(portal, headersFrom(anAddress())).signIn(neighbour);
  const deviceCookie = (person: Person): string => /parvis-worldwide-device=[^;]+/.exec(person.cookies())?.[0] ?? '';
  const tries = async (cookie: string, user: TestUser = zoe): Promise<number> =>
    (await guess(await from(portal, anAddress(), user.username, cookie), user.clearPassword)).status;

  it('is delayed after 50 attempts, from any address', async () => {
    await guessFromManyAddresses(portal, zoe.username, 50);
    const next = await guess(await from(portal, anAddress(), zoe.username), zoe.clearPassword);
    assert.equal(next.status, 429);
    assert.equal(next.headers['retry-after'], '60');
    assert.match(next.text, /Too many attempts\. Try again in 1 minute\./);
    portal.clock.now += 60_000;
    assert.equal(await tries('', zoe), 303, 'after the wait');
    assert.equal(await tries('', zoe), 429, 'the next wait');
  });

  it('does not lock the user out of a browser in which they signed in before', async () => {
    assert.equal((await device.visit('/dashboard')).path, '/dashboard');
    await device.submit('Sign out');
    assert.equal((await device.signIn(zoe)).path, '/dashboard');
    assert.equal(await tries(deviceCookie(device)), 303);
  });

  it('does not affect other users', async () => {
    assert.equal(await tries('', neighbour), 303);
  });

  it('cannot be continued with a forged device cookie', async () => {
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

  it('is limited to five attempts with a stolen device cookie', async () => {
    const otherPerson = await from(portal, anAddress(), neighbour.username, deviceCookie(othersDevice));
    for (let each = 0; each < 5; each++) assert.equal((await guess(otherPerson)).status, 422);
    const elsewhere = await from(portal, anAddress(), neighbour.username, deviceCookie(othersDevice));
    assert.equal((await guess(elsewhere, neighbour.clearPassword)).status, 429);
  });
});

describe('guessing one password for many user names', async () => {
  const portal = await openPortal(behindProxy);
  const zoe = await aUser(portal, await aTenant(portal));
  const address = anAddress();

  it('is limited to two attempts per user name after 100 attempts from one address, where other users can still sign in', async () => {
    for (let name = 0; name < 100; name++) {
      const answer = await guess(await from(portal, address, `somebody-${name}@nowhere.example`));
      assert.equal(answer.status, 422, `${name}`);
    }
    const attacked = await from(portal, address, 'somebody-1@nowhere.example');
    assert.deepEqual(await statusesOf(attacked, [wrong, wrong, wrong]), [422, 422, 429]);
    assert.equal((await guess(await from(portal, address, zoe.username), zoe.clearPassword)).status, 303);
    assert.equal((await guess(await from(portal, anAddress(), zoe.username), zoe.clearPassword)).status, 303);
  });

  it('does not count correct passwords from the same address', async () => {
    const shared = anAddress();
    for (let round = 0; round < 102; round++) {
      const person = await aPerson(portal, headersFrom(shared)).visit('/sign-in');
      await person.submit('Next', { 'User name': zoe.username });
      assert.equal((await guess(person, zoe.clearPassword)).status, 303, `${round}`);
    }
  });
});

describe('a hundred consecutive wrong passwords over several days', async () => {
  const portal = await openPortal(behindProxy);
  const tenant = await aTenant(portal, { language: 'en' });
  const [zoe, camille] = [await aUser(portal, tenant), await aUser(portal, tenant, { administratorLevel: 'global' })];
  const canSignIn = async (clearPassword: string): Promise<boolean> =>
    (await guess(await from(portal, anAddress(), zoe.username), clearPassword)).status === 303;
  // The limiter uses real time, so deleting its rows simulates a new day.
  const aDayPasses = () => portal.database.knex('throttles').whereNot('key', 'like', 'row:%').delete();

  it('block the account from unknown browsers for more than a day', async () => {
    for (const _day of [1, 2]) {
      await guessFromManyAddresses(portal, zoe.username, 50);
      await aDayPasses();
    }
    assert.equal(await canSignIn(zoe.clearPassword), false);
    await aDayPasses();
    assert.equal(await canSignIn(zoe.clearPassword), false);
  });

  it('are reset when an administrator resets the password', async () => {
    await aDayPasses();
    const admin = await aPerson(portal, headersFrom(anAddress())).signIn(camille);
    await admin.visit(`/account-settings/user-management/${zoe.id}/reset-password`);
    await admin.submit('Reset password');
    assert.equal(await canSignIn(admin.$('output#temporary-password').text()), true);
  });
});

describe('an unavailable throttle', async () => {
  const portal = await openPortal();
  const zoe = await aUser(portal, await aTenant(portal));

  it('prevents sign-in', async () => {
    await portal.database.knex.schema.renameTable('throttles', 'away');
    const person = await aPerson(portal).signIn(zoe);
    assert.ok(person.status >= 500);
    assert.equal((await person.visit('/dashboard')).path, '/sign-in');
    await portal.database.knex.schema.renameTable('away', 'throttles');
    assert.equal((await person.signIn(zoe)).path, '/dashboard');
  });
});
