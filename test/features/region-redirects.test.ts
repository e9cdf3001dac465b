import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSources } from '../architecture/sources.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { assertNone } from '../support/assert-none.ts';
import { MAIL_FROM } from '../support/outbox.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as directoryStore from '../../src/core/directory/directory.store.ts';

const english = { 'Accept-Language': 'en' };
const canary = 'kanarienvogel';
const germany = 'http://localhost:3001';

const REGION_URLS = 'china=http://localhost:3000,germany=http://localhost:3001';
const mailing = { REGION: 'china', REGION_URLS, SMTP_URL: 'smtp://localhost:1', MAIL_FROM };

describe('redirects to another region', async () => {
  const portal = await openPortal();
  // In this region, users recover their access themselves, by email.
  const alone = await openPortal({ environment: mailing });
  const routes = [
    { domain: 'spree.example', region: 'germany' },
    { domain: 'potomac.example', region: 'us-government' },
    // Invalid regions that an import would reject.
    { domain: 'evil.example', region: 'https://evil.example' },
    { domain: 'worse.example', region: '//evil.example' },
    { domain: 'proto.example', region: '__proto__' },
  ];
  for (const { database } of [portal, alone]) await directoryStore.upsert(database, routes);

  const table: [username: string, location: string | undefined, status: number][] = [
    [`${canary}@spree.example`, `${germany}/sign-in?from=worldwide`, 303],
    [`${canary}@a.b.spree.example`, `${germany}/sign-in?from=worldwide`, 303],
    [`${canary}+https://evil.example@spree.example`, undefined, 422],
    [`${canary}@potomac.example`, undefined, 422],
    [`${canary}@evil.example`, undefined, 422],
    [`${canary}@worse.example`, undefined, 422],
    [`${canary}@proto.example`, undefined, 422],
    [`${canary}@nobody.example`, '/sign-in/password', 303],
  ];
  for (const [username, location, status] of table) {
    it(`lead only to configured hosts, with status 303 and without personal data: ${username}`, async () => {
      const person = await aPerson(portal, {
        ...english,
        Host: 'evil.localhost',
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

  const asked: [username: string, location: string | undefined, status: number][] = [
    [`${canary}@spree.example`, `${germany}/sign-in?from=china`, 303],
    [`${canary}@a.b.spree.example`, `${germany}/sign-in?from=china`, 303],
    [`${canary}+https://evil.example@spree.example`, undefined, 422],
    [`${canary}@potomac.example`, '/sign-in', 303],
    [`${canary}@evil.example`, '/sign-in', 303],
    [`${canary}@worse.example`, '/sign-in', 303],
    [`${canary}@proto.example`, '/sign-in', 303],
    [`${canary}@nobody.example`, undefined, 200],
  ];
  for (const [username, location, status] of asked) {
    it(`lead only to configured hosts when requesting a recovery link: ${username}`, async () => {
      const person = await aPerson(alone, { ...english, Host: 'evil.localhost' }).visit('/recover-access');
      const answer = await person.send('POST', '/recover-access', { username });
      assert.deepEqual([answer.status, answer.headers.location], [status, location]);
      assert.ok(!JSON.stringify(answer.headers).includes(canary));
      assert.ok(!answer.text.includes('href="https://evil'));
    });
  }

  it('are accompanied by pages that link only to configured hosts, without personal data', async () => {
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

describe('redirects in the source code', () => {
  const sources = readSources('src/**/*.ts');
  const redirects = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/\.redirect\(([^,)]*)/g)].map(([, status]) => ({ path, status })),
  );

  it('always use status 303', () => {
    assert.ok(redirects.length > 10);
    assertNone(redirects.filter(({ status }) => status !== '303').map(({ path, status }) => `${path}: ${status}`));
    // Code that only reads or removes a Location header, such as the isolation proof, does not redirect.
    const writes = sources.filter(({ text }) => /(?<!headers\.get\()'Location'/i.test(text));
    assertNone(writes.map(({ path }) => path).filter((path) => path !== 'src/site/http/saved-session.ts'));
  });

  it('lead to another region only from sign-in and recovery, and only to the configured URL', () => {
    const users = sources.filter(({ text }) => /\bregionUrls\.get\(/.test(text)).map(({ path }) => path);
    assert.deepEqual(users, ['src/site/links/recovery.routes.ts', 'src/site/sign-in/sign-in.routes.ts']);
  });
});
