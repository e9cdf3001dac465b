import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { sendRaw } from '../support/responses.ts';

const english = { 'Accept-Language': 'en' };
const list = '/account-settings/user-management';

const server = await postgres();
for (const { dialect, databaseUrl, skip } of [
  { dialect: 'SQLite', databaseUrl: null, skip: false },
  { dialect: 'PostgreSQL', databaseUrl: server?.url ?? null, skip: skipWithout('postgres', server) },
]) {
  describe(`hostile input in URLs and user names on ${dialect}`, { skip }, async () => {
    if (skip) return;
    const portal = await openPortal(databaseUrl === null ? {} : { databaseUrl });
    const origin = await portal.listen();
    const tenant = await aTenant(portal, { language: 'en' });
    const camille = await aUser(portal, tenant, { displayName: 'Camille', administratorLevel: 'global' });
    const admin = await aPerson(portal, english).signIn(camille);
    const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

    for (const query of [
      ...[
        'sort=password_hash',
        'sort=__proto__',
        'sort=constructor',
        'sort=name;drop%20table%20users',
        'sort=--name',
        'sort=',
      ],
      ...['level=__proto__', 'level=toString', "level=none'%20or%20'1'='1", 'status=deleted', 'status=hasOwnProperty'],
      ...[
        'sort=name&sort=username',
        'q=a&q=b',
        'q[]=a',
        'q[$ne]=a',
        'status[]=active',
        'after=a&after=b',
        '__proto__[q]=x',
      ],
      ...[
        'q=%00',
        'q=a%00b',
        `q=${'x'.repeat(101)}`,
        `q=${'%25'.repeat(100)}`,
        `q=${'%CC%81'.repeat(90)}`,
        'q=%F0%9F',
        'q=%E0%A4%A',
      ],
      ...['q=%ED%A0%80', 'q=%EF%BF%BF', 'q=%E2%80%AE', 'q=\\', 'q=%27%22%3C%3E', '%', '&&&', '=', 'a=1&'.repeat(300)],
      ...[
        `after=${encoded(['a\u0000b', 'x'])}`,
        `after=${encoded(['a', 'x\u0000'])}`,
        `after=${encoded(['\ud800', 'x'])}`,
      ],
      ...[
        `sort=lastSignIn&after=${encoded([Number.MAX_SAFE_INTEGER, 'x'])}`,
        `sort=lastSignIn&before=${encoded([-1, '\u0000'])}`,
      ],
    ]) {
      it(`is harmless in the query of the user list: ${query.slice(0, 60)}`, async () => {
        const answer = await sendRaw(origin, `${list}?${query}`, { headers: { Cookie: admin.cookies() } });
        assert.ok([200, 400].includes(answer.status), `${answer.status}`);
        assert.ok(
          answer.status === 400 ||
            answer.text.includes('Camille') ||
            answer.text.includes('No users match your search'),
        );
      });
    }

    for (const id of ['%00', 'a%00b', '%ED%A0%80', "'--", '..', '%2e%2e', '__proto__', 'x'.repeat(4_000)]) {
      it(`is harmless as a user ID: ${id.slice(0, 60)}`, async () => {
        const answer = await sendRaw(origin, `${list}/${id}/reset-password`, { headers: { Cookie: admin.cookies() } });
        assert.ok([400, 404].includes(answer.status), `${answer.status}`);
      });
    }

    it('is harmless as a user name', async () => {
      for (const username of [
        'a\u0000b@company.example',
        '\u0000',
        'x'.repeat(255),
        '\u202E',
        "' or 1=1 --",
        '__proto__',
      ]) {
        const person = await aPerson(portal, english).visit('/sign-in');
        const first = await person.send('POST', '/sign-in', { username });
        const second = await person.send('POST', '/sign-in/password', { password: 'whatever\u0000it is' });
        assert.ok([303, 400, 422].includes(first.status), `${username}: ${first.status}`);
        assert.ok([303, 400, 422].includes(second.status), `${username}: ${second.status}`);
      }
    });
  });
}
