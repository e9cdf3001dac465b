import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aPerson } from '../support/person.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { internals } from './internals.ts';
import { openPortalWithUsers } from './portal-with-users.ts';

const server = await postgres();

for (const [dialect, databaseUrl, skip] of [
  ['SQLite', undefined, false],
  ['PostgreSQL', server?.url, skipWithout('postgres', server)],
] as const) {
  describe(`hostile input, on ${dialect}`, { skip }, async () => {
    const own = await openPortalWithUsers(databaseUrl ? { databaseUrl } : {});
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

    test('causes no server error when searching, sorting or paging', async () => {
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
        assert.doesNotMatch(text, internals, query);
      }
    });

    test('is not accepted as a user ID', async () => {
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

    test('does not sign anyone in', async () => {
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
