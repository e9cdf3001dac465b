import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHasher, type Hasher } from '../../src/platform/keys/hasher.ts';
import { aTenant, aUser, goodPassword } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { normalizedResponse } from '../support/responses.ts';

const behindProxy = { environment: { TRUST_PROXY: '1' } };
const wrong = 'the wrong one of them all';
const quarterSeconds = 15 * 60;

let lastAddress = 0;
const anAddress = (): string => `198.51.100.${++lastAddress}`;

async function from(portal: Portal, address: string, username: string): Promise<Person> {
  const person = await aPerson(portal, { 'Accept-Language': 'en', 'X-Forwarded-For': address }).visit('/sign-in');
  return person.submit('Next', { 'User name': username });
}

const guess = (person: Person, password = wrong) => person.send('POST', '/sign-in/password', { password });

async function guesses(person: Person, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let each = 0; each < times; each++) statuses.push((await guess(person)).status);
  return statuses;
}

const repeated = (status: number, times: number): number[] => Array.from({ length: times }, () => status);

describe('five wrong passwords from one address', async () => {
  const portal = await openPortal(behindProxy);
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant);
  const known = await from(portal, anAddress(), zoe.username);
  const unknown = await from(portal, anAddress(), `user-xxxxxxxx@${tenant.domain}`);

  it('are followed by a block of 15 minutes, even for the correct password', async () => {
    assert.deepEqual(await guesses(known, 5), repeated(422, 5));
    const sixth = await guess(known);
    assert.equal(sixth.status, 429);
    const retryAfter = Number(sixth.headers['retry-after']);
    assert.ok(retryAfter > quarterSeconds - 10 && retryAfter <= quarterSeconds, String(retryAfter));
    assert.match(sixth.text, /Too many attempts\. Try again in 15 minutes\./);
    assert.equal((await guess(known, zoe.clearPassword)).status, 429);
    assert.equal((await known.visit('/dashboard')).path, '/sign-in');
  });

  it('are followed by the same block for an unknown user name', async () => {
    await guesses(unknown, 5);
    const [one, other] = [await guess(known), await guess(unknown)];
    const [theirs, ours] = [
      normalizedResponse(one, zoe.username),
      normalizedResponse(other, `user-xxxxxxxx@${tenant.domain}`),
    ];
    const steady = (answer: object): string => JSON.stringify(answer).replace(/"retry-after":"\d+"/, '');
    assert.equal(one.status, 429);
    assert.equal(steady(theirs), steady(ours));
  });

  it('are counted across browsers, spellings of the user name and processes', async () => {
    const address = anAddress();
    await guesses(await from(portal, address, zoe.username), 5);
    const spelled = await from(portal, address, ` ${zoe.username.toUpperCase()} `);
    assert.equal((await guess(spelled, zoe.clearPassword)).status, 429);
    const { database } = portal.config;
    const node = await openPortal({
      ...behindProxy,
      databaseUrl: `sqlite:${database.kind === 'sqlite' ? database.file : ''}`,
    });
    assert.equal((await guess(await from(node, address, zoe.username), zoe.clearPassword)).status, 429);
    assert.equal((await guess(await from(node, anAddress(), zoe.username), zoe.clearPassword)).status, 303);
  });

  it('are recorded in the activity log, and the throttle table contains no personal data', async () => {
    const throttled = await portal.database.knex('activity').where({ kind: 'signIn.throttled' });
    assert.ok(throttled.length > 0);
    const rows = JSON.stringify(await portal.database.knex('throttles').select());
    assert.ok(!rows.includes(zoe.username) && !rows.includes('198.51.100.'));
  });

  it('are reset by a successful sign-in', async () => {
    const user = await aUser(portal, tenant);
    const person = await from(portal, anAddress(), user.username);
    for (const round of [1, 2, 3]) {
      assert.deepEqual(await guesses(person, 4), repeated(422, 4), `round ${round}`);
      assert.equal((await guess(person, user.clearPassword)).status, 303);
      await person.visit('/dashboard');
      await person.submit('Sign out');
      await person.submit('Next', { 'User name': user.username });
    }
  });
});

describe('the client address of an attempt', async () => {
  const portal = await openPortal();
  const zoe = await aUser(portal, await aTenant(portal));

  it('is not taken from a header sent by the browser', async () => {
    for (const each of [1, 2, 3, 4, 5]) await guess(await from(portal, `203.0.113.${each}`, zoe.username));
    assert.equal((await guess(await from(portal, '203.0.113.6', zoe.username))).status, 429);
  });

  it('is taken from the trusted proxy, not from what precedes it in the header', async () => {
    const proxied = await openPortal(behindProxy);
    for (const each of [1, 2, 3, 4, 5]) await guess(await from(proxied, `203.0.113.${each}, 192.0.2.1`, zoe.username));
    assert.equal((await guess(await from(proxied, '203.0.113.6, 192.0.2.1', zoe.username))).status, 429);
  });
});

describe('concurrent guesses', async () => {
  const hasher = createHasher({ memoryCost: 8, timeCost: 1, parallelism: 1 });
  let verified = 0;
  const counting: Hasher = {
    ...hasher,
    verify: (tag, password) => {
      verified += 1;
      return hasher.verify(tag, password);
    },
  };
  const portal = await openPortal({ ...behindProxy, hasher: counting });
  const zoe = await aUser(portal, await aTenant(portal));

  for (const [label, username] of [
    ['a user', zoe.username],
    ['an unknown user', 'nobody@nowhere.example'],
  ] as const) {
    it(`are limited to five verifications for ${label}`, async () => {
      const person = await from(portal, anAddress(), username);
      verified = 0;
      const answers = await Promise.all(Array.from({ length: 20 }, () => guess(person)));
      assert.equal(verified, 5);
      assert.equal(answers.filter(({ status }) => status === 422).length, 5);
      assert.equal(answers.filter(({ status }) => status === 429).length, 15);
    });
  }
});

describe("guessing one's own current password", async () => {
  const portal = await openPortal(behindProxy);
  const tenant = await aTenant(portal, { language: 'en' });
  const fields = {
    currentPassword: wrong,
    newPassword: 'seven quiet otters nap',
    confirmPassword: 'seven quiet otters nap',
  };

  it('is limited on the password page too, without affecting sign-in', async () => {
    const zoe = await aUser(portal, tenant);
    const person = await aPerson(portal, { 'X-Forwarded-For': anAddress() }).signIn(zoe);
    const change = (more = {}) => person.send('POST', '/my-profile/password', { ...fields, ...more });
    for (let each = 0; each < 5; each++) assert.equal((await change()).status, 422);
    const sixth = await change({ currentPassword: zoe.clearPassword });
    assert.equal(sixth.status, 429);
    assert.ok(Number(sixth.headers['retry-after']) > 0);
    assert.equal((await person.visit('/my-profile')).path, '/my-profile');
    await person.submit('Sign out');
    await person.submit('Next', { 'User name': zoe.username });
    assert.deepEqual(await guesses(person, 4), repeated(422, 4));
    assert.equal((await guess(person, zoe.clearPassword)).status, 303);
    await person.visit('/my-profile/password');
    const again = await change({ currentPassword: zoe.clearPassword, confirmPassword: 'x' });
    assert.match(again.text, /The passwords don’t match/, 'the new session is not blocked');
  });

  it('is reset by the correct password', async () => {
    const zoe = await aUser(portal, tenant);
    const person = await aPerson(portal, { 'X-Forwarded-For': anAddress() }).signIn(zoe);
    for (const currentPassword of [
      ...repeated(0, 4).map(() => wrong),
      goodPassword,
      ...repeated(0, 4).map(() => wrong),
    ]) {
      const answer = await person.send('POST', '/my-profile/password', {
        ...fields,
        currentPassword,
        confirmPassword: 'x',
      });
      assert.equal(answer.status, 422);
    }
  });
});
