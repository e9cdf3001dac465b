import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load } from 'cheerio';
import { aPerson } from '../support/person.ts';
import type { RawResponse } from '../support/responses.ts';
import { internals } from './internals.ts';
import { openPortalWithUsers } from './portal-with-users.ts';

const { portal, send, addressOf, global } = await openPortalWithUsers();

function assertRevealsNothing({ text, headers }: RawResponse): void {
  assert.doesNotMatch(text, internals);
  const page = load(text);
  assert.equal(page('main code').text(), headers['x-request-id']);
  assert.equal(page('h1').length, 1);
}

describe('an unknown URL', () => {
  const titles = { en: 'Page not found', fr: 'Page introuvable', de: 'Seite nicht gefunden' };
  for (const [language, title] of Object.entries(titles)) {
    test(`gets a page in ${language}, with the request ID`, async () => {
      const answer = await send({ method: 'GET', path: '/nonsense', headers: { 'Accept-Language': language } });
      assert.equal(answer.status, 404);
      const page = load(answer.text);
      assert.equal(page('html').attr('lang'), language);
      assert.equal(answer.headers['content-language'], language);
      assert.equal(page('h1').text().replace(/\s+/g, ' ').trim(), title);
      assertRevealsNothing(answer);
    });
  }

  test('gets a page in an offered language, regardless of the preferences in the request', async () => {
    for (const wanted of [undefined, 'it', '*', 'x'.repeat(5_000), 'en;q=0', '__proto__', ',;q=,', 'fr;q=0.1,de;q=x']) {
      const headers: Record<string, string> = wanted === undefined ? {} : { 'Accept-Language': wanted };
      const { status, headers: back } = await send({ method: 'GET', path: '/nonsense', headers });
      assert.equal(status, 404);
      assert.match(String(back['content-language']), /^(en|fr|de)$/);
    }
  });

  test('is shown to a signed-in user within the portal layout', async () => {
    const person = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(global);
    await person.visit('/nonsense');
    person.sees('Camille Laurent').sees('Page not found');
  });

  test('gets the same page for hostile paths and queries', async () => {
    for (const path of [
      '/nonsense?q=<script>',
      '/<script>alert(1)</script>',
      '/%3Cscript%3E',
      '/a\\..\\b',
      '//evil.example/x',
      '/.env',
      '/.git/config',
    ]) {
      const answer = await send({ method: 'GET', path, headers: { 'Accept-Language': 'en' } });
      assert.equal(answer.status, 404, path);
      assert.doesNotMatch(answer.text, /<script>alert|evil\.example"/);
      assertRevealsNothing(answer);
    }
  });
});

describe('a malformed URL', () => {
  for (const path of [
    '/%',
    '/%zz',
    '/account-settings/user-management/%E0%A4%A',
    '/set-up/%ff',
    '/assets/%zz',
    '/sign-in/%00',
  ]) {
    test(`${path} gets a client error page`, async () => {
      const answer = await send({ method: 'GET', path });
      assert.ok([400, 404].includes(answer.status), String(answer.status));
      assertRevealsNothing(answer);
    });
  }
});

test('no page reveals internals', async () => {
  const admin = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(global);
  for (const route of portal.routes.filter(({ method }) => method === 'get')) {
    const { text } = await send({ method: 'GET', path: addressOf(route), person: admin });
    assert.doesNotMatch(text, internals, route.path);
  }
});
