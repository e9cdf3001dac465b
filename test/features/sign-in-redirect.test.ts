import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { sendRaw } from '../support/responses.ts';

const english = { 'Accept-Language': 'en' };

describe('the redirect after a sign-in', async () => {
  const portal = await openPortal();
  const origin = await portal.listen();
  const zoe = await aUser(portal, await aTenant(portal, { language: 'en' }));

  it('leads to the requested page, without its query', async () => {
    const person = await aPerson(portal, english).visit('/my-profile?from=mail');
    assert.equal(person.path, '/sign-in');
    assert.equal((await person.signIn(zoe)).path, '/my-profile');
  });

  it('leads to the dashboard after a POST request', async () => {
    const person = await aPerson(portal, english).visit('/sign-in');
    await person.send('POST', '/my-profile/password', { newPassword: 'x' });
    assert.equal((await person.signIn(zoe)).path, '/dashboard');
  });

  for (const [label, target] of [
    ['an absolute URL', 'http://evil.example/dashboard'],
    ['an absolute URL with user info', 'http://me@evil.example/my-profile'],
    ['two slashes', '//evil.example/dashboard'],
    ['a backslash', '/\\evil.example/dashboard'],
    ['dot segments that leave two slashes', '/dashboard/..//evil.example'],
    ['a query parameter', '/sign-in?returnTo=https://evil.example/&next=//evil.example'],
  ] as const) {
    it(`never leads to another site: ${label}`, async () => {
      const person = await aPerson(portal, english).visit('/sign-in');
      await sendRaw(origin, target, { headers: { Cookie: person.cookies() } });
      await person.signIn(zoe);
      assert.deepEqual(person.redirects, ['/sign-in/password', '/dashboard']);
    });
  }

  it('cannot be set by a form field', async () => {
    const person = await aPerson(portal, english).visit('/sign-in');
    await person.submit('Next', { 'User name': zoe.username });
    const fields = { password: zoe.clearPassword, returnTo: 'https://evil.example/' };
    assert.equal((await person.send('POST', '/sign-in/password', fields)).headers.location, '/dashboard');
  });
});
