import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { normalizedResponse, sendRaw } from '../support/responses.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

const english = { 'Accept-Language': 'en' };
const hourMs = 3_600_000;

async function onPasswordPage(portal: Portal, username: string): Promise<Person> {
  const person = await aPerson(portal, english).visit('/sign-in');
  return person.submit('Next', { 'User name': username });
}

describe('a sign-in', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });

  it('prompts for the user name and then the password, and leads to the dashboard', async () => {
    const person = await aPerson(portal, english).visit('/');
    assert.equal(person.path, '/sign-in');
    await person.submit('Next', { 'User name': zoe.username });
    assert.equal(person.path, '/sign-in/password');
    person.sees('Enter your password');
    await person.submit('Sign in', { Password: zoe.clearPassword });
    assert.equal(person.path, '/dashboard');
    person.sees('partner portal, Zoé Besson.');
  });

  it('accepts the user name in any case and with surrounding spaces', async () => {
    const person = await onPasswordPage(portal, `  ${zoe.username.toUpperCase()} `);
    await person.submit('Sign in', { Password: zoe.clearPassword });
    assert.equal(person.path, '/dashboard');
  });

  it('shows the form again if user name or password is missing', async () => {
    const person = await aPerson(portal, english).visit('/sign-in');
    await person.submit('Next', { 'User name': '   ' });
    assert.equal(person.status, 422);
    person.sees('Enter your user name.');
    const second = await onPasswordPage(portal, zoe.username);
    await second.submit('Sign in', { Password: '' });
    assert.equal(second.status, 422);
    second.sees('Enter your password.');
  });

  it('accepts a form that contains only the password, because the first step has stored the user name', async () => {
    const person = await onPasswordPage(portal, zoe.username);
    const answer = await person.send('POST', '/sign-in/password', { password: zoe.clearPassword });
    assert.equal(answer.headers.location, '/dashboard');
  });

  it('rejects a form whose user name differs from the one in the session', async () => {
    const person = await onPasswordPage(portal, zoe.username);
    const other = await aUser(portal, tenant);
    await person.submit('Sign in', { 'User name': other.username, Password: other.clearPassword });
    assert.equal(person.status, 422);
    person.sees('You entered a different user name in another tab.');
  });

  it('redirects from the password page to the first step without a user name', async () => {
    const person = await aPerson(portal, english).visit('/sign-in/password');
    assert.equal(person.path, '/sign-in');
    const answer = await person.send('POST', '/sign-in/password', {
      username: zoe.username,
      password: zoe.clearPassword,
    });
    assert.equal(answer.headers.location, '/sign-in');
    assert.equal((await person.visit('/dashboard')).path, '/sign-in');
  });
});

describe('a rejected sign-in', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { language: 'de' });
  const suspended = await aTenant(portal);
  await tenantsStore.setState(portal.database, suspended.id, 'suspended');
  const temporary = { password: 'temporary', temporaryUntil: portal.clock.now } as const;
  const known = await aUser(portal, tenant);

  const classes: [because: string, user: Pick<TestUser, 'username' | 'clearPassword'>][] = [
    ['unknown', { username: `user-xxxxxxxx@${tenant.domain}`, clearPassword: goodPassword }],
    ['password', { ...known, clearPassword: 'the wrong one of all' }],
    ['blocked', await aUser(portal, tenant, { state: 'blocked' })],
    ['deleted', await aUser(portal, tenant, { state: 'deleted' })],
    ['expired', await aUser(portal, tenant, temporary)],
    ['tenant', await aUser(portal, suspended)],
  ];

  it('gets the same status, body and headers for every reason', async () => {
    const answers = [];
    for (const [because, user] of classes) {
      const person = await onPasswordPage(portal, user.username);
      const asked = normalizedResponse(
        { status: person.status, headers: person.headers, text: person.body },
        user.username,
      );
      const answer = await person.send('POST', '/sign-in/password', { password: user.clearPassword });
      assert.equal(answer.status, 422, because);
      answers.push({ because, asked, refused: normalizedResponse(answer, user.username) });
      assert.equal((await person.visit('/dashboard')).path, '/sign-in', because);
    }
    for (const { because, asked, refused } of answers) {
      assert.deepEqual({ because, asked, refused }, { ...answers[0], because });
    }
  });

  it('is recorded with its reason in the activity log only', async () => {
    const rows = (await portal.database.knex('activity').where({ kind: 'signIn.failed' }).orderBy('id')) as {
      data: string;
    }[];
    assert.deepEqual(
      rows.map(({ data }) => JSON.parse(data) as unknown),
      classes.map(([because]) => ({ because })),
    );
  });

  it('sets no known-device cookie', async () => {
    const person = await onPasswordPage(portal, known.username);
    await person.send('POST', '/sign-in/password', { password: 'the wrong one again' });
    assert.doesNotMatch(person.cookies(), /device/);
  });
});

describe('a password that is not submitted by the sign-in form', async () => {
  const portal = await openPortal();
  const origin = await portal.listen();
  const zoe = await aUser(portal, await aTenant(portal, { language: 'en' }));
  const secret = encodeURIComponent(zoe.clearPassword);

  for (const [label, method, path] of [
    ['in the query of the form URL', 'POST', `/sign-in/password?password=${secret}`],
    ['in the query of a GET request', 'GET', `/sign-in/password?password=${secret}`],
    ['in the query of a HEAD request', 'HEAD', `/sign-in/password?password=${secret}`],
    ['in a query with the user name', 'GET', `/sign-in?username=${zoe.username}&password=${secret}`],
  ] as const) {
    it(`is not accepted: ${label}`, async () => {
      const person = await onPasswordPage(portal, zoe.username);
      const answer = await person.send(method, path);
      assert.ok([200, 422].includes(answer.status), `${answer.status}`);
      assert.equal((await person.visit('/dashboard')).path, '/sign-in');
      assert.ok(!portal.logged().includes(secret));
    });
  }

  const bodies = (csrf: string): [label: string, type: string, body: string][] => [
    ['JSON', 'application/json', JSON.stringify({ _csrf: csrf, password: zoe.clearPassword })],
    ['plain text', 'text/plain', `_csrf=${csrf}&password=${secret}`],
    [
      'several parts',
      'multipart/form-data; boundary=x',
      `--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n${zoe.clearPassword}\r\n--x--`,
    ],
    ['another charset', 'application/x-www-form-urlencoded; charset=utf-16', `_csrf=${csrf}&password=${secret}`],
    ['no type', '', `_csrf=${csrf}&password=${secret}`],
  ];

  it('is rejected with another content type', async () => {
    for (const [index, [label]] of bodies('').entries()) {
      const person = await onPasswordPage(portal, zoe.username);
      const [, type, body] = bodies(person.csrf)[index]!;
      const headers = { Cookie: person.cookies(), ...(type && { 'Content-Type': type }) };
      const answer = await sendRaw(origin, '/sign-in/password', { method: 'POST', headers, body });
      assert.ok(answer.status >= 400 && answer.status < 500, `${label}: ${answer.status}`);
      assert.equal((await person.visit('/dashboard')).path, '/sign-in', label);
    }
  });

  it('is rejected if it is an expired temporary password', async () => {
    const late = await aUser(portal, await aTenant(portal), { password: 'temporary' });
    portal.clock.now += 72 * hourMs;
    assert.equal((await aPerson(portal, english).signIn(late)).status, 422);
  });
});
