import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { databaseContents, recordResponses } from '../support/responses.ts';

const english = { 'Accept-Language': 'en' };
const groupsOfFour = /[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){4}/;
const addressOf = ({ id }: { id: string }): string => `/account-settings/user-management/${id}/reset-password`;

const portal = await openPortal();
const tenant = await aTenant(portal, { language: 'en' });
const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
const anAdmin = () => aPerson(portal, english).signIn(camille);
const rowOf = ({ id }: TestUser) => portal.database.knex('users').where({ id }).first() as Promise<object>;
const eventsOf = async ({ id }: TestUser): Promise<string[]> => {
  const rows = (await portal.database.knex('activity').where({ target_id: id }).orderBy('id')) as { kind: string }[];
  return rows.map(({ kind }) => kind);
};

describe('the reset form', () => {
  it('resets once if it is submitted again, even by another administrator', async () => {
    const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
    const admin = await (await anAdmin()).visit(addressOf(zoe));
    const second = await (await anAdmin()).visit(addressOf(zoe));
    const fields = { epoch: String(zoe.epoch) };
    assert.equal((await admin.send('POST', addressOf(zoe), fields)).status, 200);
    const after = await rowOf(zoe);
    for (const person of [admin, admin, second]) {
      const answer = await person.send('POST', addressOf(zoe), fields);
      assert.equal(answer.status, 409);
      assert.match(answer.text, /No password was reset/);
      assert.doesNotMatch(answer.text, groupsOfFour);
    }
    assert.deepEqual(await rowOf(zoe), after);
    assert.deepEqual(await eventsOf(zoe), ['password.reset']);
  });

  it('resets the password only once if submitted ten times concurrently', async () => {
    const zoe = await aUser(portal, tenant);
    const admin = await (await anAdmin()).visit(addressOf(zoe));
    const sending = Array.from({ length: 10 }, () => admin.send('POST', addressOf(zoe), { epoch: String(zoe.epoch) }));
    const answers = await Promise.all(sending);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array.from({ length: 9 }, () => 409)]);
    assert.equal(answers.filter(({ text }) => groupsOfFour.test(text)).length, 1);
    assert.deepEqual(await eventsOf(zoe), ['password.reset']);
    assert.deepEqual(await rowOf(zoe), { ...(await rowOf(zoe)), epoch: zoe.epoch + 1, password: 'temporary' });
  });

  it('resets again after the page has been reloaded', async () => {
    const zoe = await aUser(portal, tenant);
    const admin = await (await anAdmin()).visit(addressOf(zoe));
    await admin.submit('Reset password');
    const first = admin.$('output#temporary-password').text();
    await admin.visit(addressOf(zoe));
    await admin.submit('Reset password');
    assert.equal(admin.status, 200);
    assert.notEqual(admin.$('output#temporary-password').text(), first);
  });

  for (const [label, fields] of [
    ['no value', {}],
    ['an empty value', { epoch: '' }],
    ['a negative number', { epoch: '-1' }],
    ['a word', { epoch: 'zero' }],
    ['another number', { epoch: '1' }],
    ['two numbers', { epoch: ['0', '0'] as unknown as string }],
  ] as const) {
    it(`is rejected with ${label} as the epoch`, async () => {
      const zoe = await aUser(portal, tenant);
      const before = await rowOf(zoe);
      const answer = await (await anAdmin()).send('POST', addressOf(zoe), fields);
      assert.equal(answer.status, 409);
      assert.deepEqual(await rowOf(zoe), before);
    });
  }

  it('is the only way to reset: GET, HEAD and other methods change nothing', async () => {
    const zoe = await aUser(portal, tenant);
    const [admin, before] = [await anAdmin(), await rowOf(zoe)];
    assert.equal((await admin.send('HEAD', addressOf(zoe))).status, 200);
    assert.equal((await admin.visit(`${addressOf(zoe)}?epoch=0`, { 'Sec-Purpose': 'prefetch;prerender' })).status, 200);
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      assert.equal((await admin.send(method, addressOf(zoe), { epoch: '0' })).status, 405);
    }
    assert.equal((await admin.send('POST', addressOf(zoe), { epoch: '0' }, { csrf: null })).status, 403);
    assert.deepEqual(await rowOf(zoe), before);
    assert.deepEqual(await eventsOf(zoe), []);
  });
});

describe('a new temporary password', async () => {
  const { app, sent } = recordResponses(portal.app);
  const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
  const here = { app };
  const admin = await aPerson(here, english).signIn(camille);
  const user = await aPerson(here, english).signIn(zoe);
  await admin.visit(addressOf(zoe));
  await admin.submit('Reset password');
  const secret = admin.$('output#temporary-password').text();
  const spellings = [secret, secret.replaceAll('-', ''), secret.toLowerCase(), encodeURIComponent(secret)];
  const { headers, body, $ } = admin;

  async function lookEverywhere(person: Person): Promise<void> {
    for (const path of [
      ...[addressOf(zoe), `/account-settings/user-management/${zoe.id}`, '/account-settings/user-management'],
      ...['/account-settings', '/dashboard', '/my-profile', '/my-profile/password', '/nonsense', '/'],
    ]) {
      await person.visit(path);
    }
  }

  it('occurs exactly once in all responses', async () => {
    await lookEverywhere(admin);
    await admin.send('POST', addressOf(zoe), { epoch: String(zoe.epoch) });
    await lookEverywhere(await aPerson(here, english).signIn(camille));
    await lookEverywhere(user);
    const pending = await aPerson(here, english).signIn({ ...zoe, clearPassword: secret });
    await lookEverywhere(pending);
    const new_ = { newPassword: 'seven quiet otters nap', confirmPassword: 'seven quiet otters nap' };
    assert.equal((await pending.send('POST', '/change-password', new_)).headers.location, '/dashboard');
    await lookEverywhere(pending);
    const holding = sent.filter(({ headers: all, body: text }) =>
      spellings.some((each) => (all + text).includes(each)),
    );
    assert.ok(sent.length > 50);
    assert.equal(holding.length, 1);
    assert.equal(holding[0]!.body.split(secret).length, 2);
    assert.ok(!holding[0]!.headers.includes(secret));
  });

  it('is not stored in the database, in files or in the log', async () => {
    const { database } = portal.config;
    const folder = path.dirname(database.kind === 'sqlite' ? database.file : '');
    const files = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'latin1'));
    const kept = [await databaseContents(portal.database), portal.logged(), ...files];
    for (const place of kept) for (const each of spellings) assert.ok(!place.includes(each));
    assert.ok(kept[0]!.includes('$argon2id$') && files.length > 0);
  });

  it('is shown on a page that forbids caching and referrers', () => {
    assert.match(headers['cache-control'] ?? '', /\bno-store\b/);
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers.etag, undefined);
    assert.equal(headers['set-cookie'], undefined);
    assert.equal(headers.location, undefined);
  });

  it('is a single string, left-to-right and excluded from translation', () => {
    const output = $('output#temporary-password');
    assert.equal(output.length, 1);
    assert.match(output.text(), new RegExp(`^${groupsOfFour.source}$`));
    assert.equal(output.attr('translate'), 'no');
    assert.equal(output.attr('dir'), 'ltr');
    assert.equal($('title').text().includes(secret), false);
    assert.equal(new RegExp(`="[^"]*${secret}`).test(body), false);
  });
});
