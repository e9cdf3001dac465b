import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { aUser, type TestUser } from '../support/builders.ts';
import { aTenantWithHandover, english, openLink, resetByLink } from '../support/links.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { databaseContents, recordResponses } from '../support/responses.ts';

const portal = await openPortal();
const { tenant, camille } = await aTenantWithHandover(portal, 'link');
const aVisitor = () => aPerson(portal, english).visit('/sign-in');

async function aLink(): Promise<{ zoe: TestUser; link: string }> {
  const zoe = await aUser(portal, tenant);
  return { zoe, link: await resetByLink(await aPerson(portal, english).signIn(camille), zoe) };
}

describe('the URL of a one-time link', () => {
  it('is built from BASE_URL, regardless of the host headers of the request', async () => {
    const zoe = await aUser(portal, tenant);
    const visitor = await aPerson(portal, {
      ...english,
      'X-Forwarded-Host': 'evil.example',
      Host: 'localhost:1',
      'X-Forwarded-Proto': 'gopher',
      Forwarded: 'host=evil.example',
    }).signIn(camille);
    await resetByLink(visitor, zoe);
    assert.doesNotMatch(visitor.body, /evil\.example|gopher|localhost:1\b/);
  });

  it('is accepted in lowercase and without hyphens, for links typed from a printed sheet', async () => {
    const { link } = await aLink();
    const typed = `/link/${link.slice('/link/'.length).replaceAll('-', '').toLowerCase()}`;
    assert.equal((await openLink(portal, typed)).path, '/change-password');
  });

  it('occurs in exactly one response, and is neither stored nor logged', async () => {
    const { app, sent } = recordResponses(portal.app);
    const zoe = await aUser(portal, tenant);
    const boss = await aPerson({ app }, english).signIn(camille);
    const link = await resetByLink(boss, zoe);
    const token = link.slice('/link/'.length);
    assert.match(boss.headers['cache-control'] ?? '', /no-store/);
    assert.equal(boss.headers['referrer-policy'], 'no-referrer');
    for (const address of [`/account-settings/user-management/${zoe.id}`, '/dashboard']) await boss.visit(address);
    const again = await boss.send('POST', `/account-settings/user-management/${zoe.id}/reset-password`, { epoch: '0' });
    assert.equal(again.status, 409);
    const user = await aPerson({ app }, english).visit(link);
    assert.equal(user.headers['referrer-policy'], 'no-referrer');
    await user.send('POST', '/language', { language: 'fr' });
    await user.submit('Use this link');
    await user.visit('/change-password');
    const holding = sent.filter(({ headers, body }) => (headers + body).includes(token));
    assert.equal(holding.length, 1);
    assert.ok(!holding[0]!.headers.includes(token));
    const { database } = portal.config;
    const folder = path.dirname(database.kind === 'sqlite' ? database.file : '');
    const files = readdirSync(folder, { withFileTypes: true })
      .filter((each) => each.isFile())
      .map(({ name }) => readFileSync(path.join(folder, name), 'latin1'));
    for (const place of [await databaseContents(portal.database), portal.logged(), ...files])
      for (const each of [token, token.replaceAll('-', '')]) assert.ok(!place.includes(each));
    assert.match(portal.logged(), /"route":"\/link\/:token"/);
  });

  it('does not occur in error pages', async () => {
    const { link } = await aLink();
    const person = await aVisitor();
    const { text } = await person.send('PUT', link);
    assert.ok(!text.includes(link.slice('/link/'.length)));
    const { text: stale } = await person.send('POST', link, {}, { csrf: 'stale' });
    assert.ok(!stale.includes(link.slice('/link/'.length)));
  });

  it('opens a page that shows hostile names as text', async () => {
    const other = await aTenantWithHandover(portal, 'link');
    await portal.database.knex('tenants').where({ id: other.tenant.id }).update({ name: '\u202Egnp.exe <b>' });
    const link = await resetByLink(other.admin, await aUser(portal, other.tenant));
    const person = await aPerson(portal, english).visit(link);
    assert.ok(
      person
        .$('bdi')
        .toArray()
        .some((each) => person.$(each).text() === '\u202Egnp.exe <b>'),
    );
    assert.equal(person.$('b').length, 0);
  });
});

describe('guessing one-time links', () => {
  it('is throttled by address, but valid links can still be opened from that address', async () => {
    const { link } = await aLink();
    await portal.database.knex('throttles').delete();
    const attacker = await aVisitor();
    const statuses: number[] = [];
    for (let each = 0; each < 61; each++) statuses.push((await attacker.send('GET', '/link/AAAA')).status);
    assert.deepEqual([statuses.filter((status) => status === 404).length, statuses.at(-1)], [60, 429]);
    const refused = await attacker.send('POST', '/link/AAAA');
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.ok(!refused.text.includes('AAAA'));
    assert.equal((await openLink(portal, link)).path, '/change-password');
    assert.equal((await attacker.send('GET', link)).status, 429, 'a used link is invalid');
  });
});
