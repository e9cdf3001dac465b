import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { read } from '../architecture/sources.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { assertNone } from '../support/none.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };
const canary = 'kanarienvogel';
const germany = 'http://localhost:3001';

describe('to another region', async () => {
  const portal = await openPortal();
  await portal.stores.directory.put([
    { domain: 'spree.example', region: 'germany' },
    { domain: 'potomac.example', region: 'us-government' },
    // What no import takes, should it stand there all the same.
    { domain: 'evil.example', region: 'https://evil.example' },
    { domain: 'worse.example', region: '//evil.example' },
    { domain: 'proto.example', region: '__proto__' },
  ]);

  const table: [username: string, location: string | undefined, status: number][] = [
    [`${canary}@spree.example`, `${germany}/sign-in`, 303],
    [`${canary}@a.b.spree.example`, `${germany}/sign-in`, 303],
    [`${canary}+https://evil.example@spree.example`, undefined, 422],
    [`${canary}@potomac.example`, undefined, 422],
    [`${canary}@evil.example`, undefined, 422],
    [`${canary}@worse.example`, undefined, 422],
    [`${canary}@proto.example`, undefined, 422],
    [`${canary}@nobody.example`, '/sign-in/password', 303],
  ];
  for (const [username, location, status] of table) {
    it(`leads only a configured host, by 303, with nothing of the person: ${username}`, async () => {
      const person = await aPerson(portal, {
        ...english,
        Host: 'evil.example',
        'X-Forwarded-Host': 'evil.example',
      }).visit('/sign-in');
      const answer = await person.send('POST', '/sign-in', { username, returnTo: 'https://evil.example' });
      assert.deepEqual([answer.status, answer.headers.location], [status, location]);
      assert.ok(!JSON.stringify(answer.headers).includes(canary));
      assert.ok(!answer.text.includes('href="https://evil'));
      assert.equal(answer.headers['referrer-policy'], 'same-origin');
      assert.equal(answer.headers.refresh, undefined);
    });
  }

  it('links only to configured hosts, with nothing of the person', async () => {
    const tenant = await aTenant(portal, { language: 'en' });
    const user = await aUser(portal, tenant, { username: `${canary}@${tenant.domain}`, administratorLevel: 'global' });
    const person = aPerson(portal, english);
    const pages = [];
    pages.push((await person.visit('/sign-in')).$);
    await person.send('POST', '/sign-in', { username: user.username });
    pages.push((await person.visit('/sign-in/password')).$);
    await person.signIn(user);
    for (const path of ['/dashboard', '/my-profile', '/account-settings', '/account-settings/user-management'])
      pages.push((await person.visit(path)).$);
    const away = pages.flatMap(($) =>
      $('[href], [action], [src]')
        .toArray()
        .flatMap((each) => [$(each).attr('href'), $(each).attr('action'), $(each).attr('src')])
        .filter((address) => address !== undefined)
        .filter((address) => !/^(\/(?!\/)|#|\?)/.test(address)),
    );
    assertNone(away.filter((address) => new URL(address).origin !== germany));
    assertNone(away.filter((address) => address.toLowerCase().includes(canary)));
    assert.ok(away.length > 0, 'the sign-in page names the other region');
  });
});

describe('in the code', () => {
  const sources = read('src/**/*.ts');
  const redirects = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/\.redirect\(([^,)]*)/g)].map(([, status]) => ({ path, status })),
  );

  it('every redirect is a 303', () => {
    assert.ok(redirects.length > 10);
    assertNone(redirects.filter(({ status }) => status !== '303').map(({ path, status }) => `${path}: ${status}`));
    assertNone(sources.filter(({ text }) => /'Location'/i.test(text)).map(({ path }) => path));
  });

  it('only the sign-in redirects to an address of another region, as the configuration has it', () => {
    const users = sources.filter(({ text }) => /\bregionUrls\.get\(/.test(text)).map(({ path }) => path);
    assert.deepEqual(users, ['src/features/sessions/sessions.routes.ts']);
  });
});
