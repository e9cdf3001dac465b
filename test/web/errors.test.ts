import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load } from 'cheerio';
import { aPerson } from '../support/person.ts';
import { postgres, skipWithout } from '../support/services.ts';
import type { RawAnswer } from '../support/traces.ts';
import { openInventory } from './inventory.ts';

const server = await postgres();
const { portal, send, addressOf, global } = await openInventory();

// Words of the inside: of the program, its files, its database.
const inside =
  /\bat \S+ \(|node_modules|file:\/\/|\.ts\b|\/src\/|sqlite|postgres|knex|select \w+ from|Error:|undefined|\[object/i;

function assertReveals({ text, headers }: RawAnswer): void {
  assert.doesNotMatch(text, inside);
  const page = load(text);
  assert.equal(page('main code').text(), headers['x-request-id']);
  assert.equal(page('h1').length, 1);
}

describe('an address that leads nowhere', () => {
  const titles = { en: 'This page does not exist', fr: 'Cette page n’existe pas', de: 'Diese Seite gibt es nicht' };
  for (const [language, title] of Object.entries(titles)) {
    test(`says so in ${language}, with the number of the request`, async () => {
      const answer = await send({ method: 'GET', path: '/nonsense', headers: { 'Accept-Language': language } });
      assert.equal(answer.status, 404);
      const page = load(answer.text);
      assert.equal(page('html').attr('lang'), language);
      assert.equal(answer.headers['content-language'], language);
      assert.equal(page('h1').text().replace(/\s+/g, ' ').trim(), title);
      assertReveals(answer);
    });
  }

  test('does so in the language of the region where none is asked for, or one that is not offered', async () => {
    for (const wanted of [undefined, 'it', '*', 'x'.repeat(5_000), 'en;q=0', '__proto__', ',;q=,', 'fr;q=0.1,de;q=x']) {
      const headers: Record<string, string> = wanted === undefined ? {} : { 'Accept-Language': wanted };
      const { status, headers: back } = await send({ method: 'GET', path: '/nonsense', headers });
      assert.equal(status, 404);
      assert.match(String(back['content-language']), /^(en|fr|de)$/);
    }
  });

  test('shows a signed-in reader their own frame', async () => {
    const person = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(global);
    await person.visit('/nonsense');
    person.sees('Camille Laurent').sees('This page does not exist');
  });

  test('is the same whether it was asked for with words or without', async () => {
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
      assertReveals(answer);
    }
  });
});

describe('an address that cannot be read', () => {
  for (const path of [
    '/%',
    '/%zz',
    '/account-settings/user-management/%E0%A4%A',
    '/set-up/%ff',
    '/assets/%zz',
    '/sign-in/%00',
  ]) {
    test(`${path} is an answer, and no fault of ours`, async () => {
      const answer = await send({ method: 'GET', path });
      assert.ok([400, 404].includes(answer.status), String(answer.status));
      assertReveals(answer);
    });
  }
});

for (const [dialect, databaseUrl, skip] of [
  ['SQLite', undefined, false],
  ['PostgreSQL', server?.url, skipWithout('postgres', server)],
] as const) {
  describe(`what nobody types, on ${dialect}`, { skip }, async () => {
    const own = await openInventory(databaseUrl ? { databaseUrl } : {});
    const admin = await aPerson(own.portal, { 'Accept-Language': 'en' }).signIn(own.global);
    const list = '/account-settings/user-management';
    const cursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const odd = [
      '%00',
      'a%00b',
      '%ED%A0%80',
      '%F0%9F%98%80',
      "'",
      '%22',
      '%5C',
      '%25',
      '%',
      '_',
      ';',
      '--',
      '%E2%80%AE',
      '%0D%0A',
      '%FF%FE',
    ];

    test('is searched for, sorted and paged by, and never a fault', async () => {
      const queries = [
        ...odd.flatMap((each) => [
          `q=${each}`,
          `sort=${each}`,
          `level=${each}`,
          `status=${each}`,
          `after=${each}`,
          `before=${each}`,
        ]),
        ...[
          'q=a&q=b',
          'q[]=a',
          'q[a]=b',
          '__proto__=x',
          'sort=name;drop',
          'sort=-name&sort=x',
          'after=a&before=b',
          `q=${'x'.repeat(5_000)}`,
        ],
        ...[
          ['a\0', 'x'],
          ['\uD800', 'x'],
          ['a', '\0'],
          [{}, []],
          [null, null],
          [9e15, 'x'],
          [-1, 'x'],
        ].map((each) => `after=${cursor(each)}`),
        ...[
          [9_007_199_254_740_991, 'x'],
          [-1, 'x'],
          ['x', 'x'],
        ].map((each) => `sort=lastSignIn&before=${cursor(each)}`),
      ];
      for (const query of queries) {
        const { status, text } = await own.send({ method: 'GET', path: `${list}?${query}`, person: admin });
        assert.ok([200, 400].includes(status), `${query}: ${status}`);
        assert.doesNotMatch(text, inside, query);
      }
    });

    test('is nobody’s id', async () => {
      for (const each of [
        ...odd.filter((id) => id !== '%'),
        'null',
        'undefined',
        '0',
        '1e9',
        '__proto__',
        'x'.repeat(5_000),
      ]) {
        for (const path of [`${list}/${each}`, `${list}/${each}/reset-password`]) {
          const { status } = await own.send({ method: 'GET', path, person: admin });
          assert.ok([400, 404].includes(status), `${path.slice(0, 90)}: ${status}`);
        }
      }
    });

    test('signs nobody in', async () => {
      const visitor = await aPerson(own.portal, { 'Accept-Language': 'en' }).visit('/sign-in');
      const names = [
        'a\0@a.example',
        '\uD800@a.example',
        "' or 1=1 --@a.example",
        '%@a.example',
        '__proto__',
        '😀@a.example',
        '\u202Eada@a.example',
      ];
      for (const username of names) {
        const form = { _csrf: visitor.csrf, username };
        const first = await own.send({ method: 'POST', path: '/sign-in', person: visitor, form });
        assert.ok([303, 400, 422].includes(first.status), `${username}: ${first.status}`);
        const second = { _csrf: visitor.csrf, password: username };
        const { status } = await own.send({ method: 'POST', path: '/sign-in/password', person: visitor, form: second });
        assert.ok(status === 422 || status === 429 || status === 303 || status === 400, `${username}: ${status}`);
      }
      assert.equal(
        (await own.send({ method: 'GET', path: '/dashboard', person: visitor })).headers.location,
        '/sign-in',
      );
    });
  });
}

test('every page there is shows nothing of the inside', async () => {
  const admin = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(global);
  for (const route of portal.routes.filter(({ method }) => method === 'get')) {
    const { text } = await send({ method: 'GET', path: addressOf(route), person: admin });
    assert.doesNotMatch(text, inside, route.path);
  }
});
