import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aUser, type TestUser } from '../support/builders.ts';
import { aTenantWithHandover, choosePassword, english, openLink, resetByLink } from '../support/links.ts';
import { aPerson } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { normalizedResponse } from '../support/responses.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as sessionsStore from '../../src/core/accounts/stores/sessions.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const hourMs = 3_600_000;
const portal = await openPortal();
const elsewhere = await openPortal();
const { tenant, camille } = await aTenantWithHandover(portal, 'link');
const rowOf = ({ id }: TestUser) => portal.database.knex('users').where({ id }).first() as Promise<object>;
const aVisitor = (here: Pick<Portal, 'app'> = portal) => aPerson(here, english).visit('/sign-in');

async function aLink(user?: TestUser): Promise<{ zoe: TestUser; link: string }> {
  const zoe = user ?? (await aUser(portal, tenant, { displayName: 'Zoé Besson' }));
  return { zoe, link: await resetByLink(await aPerson(portal, english).signIn(camille), zoe) };
}

const setState = ({ id }: TestUser, state: TestUser['state']): Promise<void> =>
  usersStore.setState(portal.database, tenant.scope, id, state, portal.clock.now);

describe('requesting a one-time link without opening it', () => {
  it('leaves it valid, regardless of method, prefetch headers and followed links', async () => {
    const { zoe, link } = await aLink();
    const before = await rowOf(zoe);
    const scanner = aPerson(portal, english);
    for (let each = 0; each < 100; each++) assert.equal((await scanner.send('GET', link)).status, 200);
    assert.equal((await scanner.send('HEAD', link)).status, 200);
    assert.equal((await scanner.send('OPTIONS', link)).status, 405);
    await scanner.visit(link, { 'Sec-Purpose': 'prefetch;prerender', Purpose: 'preview' });
    const addresses = scanner
      .$('[href], [src]')
      .toArray()
      .map((each) => scanner.$(each).attr('href') ?? '');
    for (const address of addresses.filter((each) => each.startsWith('/'))) await scanner.send('GET', address);
    assert.deepEqual(await rowOf(zoe), before);
    assert.equal((await openLink(portal, link)).path, '/change-password');
  });

  it('leaves it valid if the form has no valid CSRF token', async () => {
    const { zoe, link } = await aLink();
    const before = await rowOf(zoe);
    assert.equal((await (await aVisitor()).send('POST', link, {}, { csrf: null })).status, 403);
    assert.equal((await (await aVisitor()).send('POST', link, {}, { csrf: 'x'.repeat(64) })).status, 403);
    assert.deepEqual(await rowOf(zoe), before);
  });

  it('leaves it valid if another user is signed in, and explains why it was not opened', async () => {
    const { zoe, link } = await aLink();
    const before = await rowOf(zoe);
    const person = await (await aPerson(portal, english).signIn(camille)).visit(link);
    person.sees('You’re already signed in');
    assert.equal((await person.send('POST', link)).status, 409);
    assert.deepEqual(await rowOf(zoe), before);
    assert.equal((await person.visit('/my-profile')).path, '/my-profile');
  });
});

describe('opening a one-time link', () => {
  it('succeeds for only one of ten concurrent requests', async () => {
    const { link } = await aLink();
    const people = await Promise.all(Array.from({ length: 10 }, () => aVisitor()));
    const answers = await Promise.all(people.map((person) => person.send('POST', link)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, ...Array.from({ length: 9 }, () => 404)]);
  });

  it('replaces the session cookie, and the link no longer works once a password is chosen', async () => {
    const { link } = await aLink();
    const person = await aPerson(portal, english).visit(link);
    const before = person.cookies();
    await person.submit('Use this link');
    assert.notEqual(person.cookies(), before);
    assert.equal((await person.send('POST', link)).headers.location, '/change-password');
    await choosePassword(person);
    assert.equal((await (await aVisitor()).send('POST', link)).status, 404);
  });
});

describe('a one-time link', () => {
  const unknown = `/link/${Array(7).fill('AAAA').join('-')}`;
  const cases: [label: string, spoil: (zoe: TestUser, link: string) => Promise<unknown>][] = [
    ['does not exist', () => Promise.resolve(unknown)],
    [
      'has a different last character',
      (_, link) => Promise.resolve(link.slice(0, -1) + (link.endsWith('B') ? 'C' : 'B')),
    ],
    ['lacks its last character', (_, link) => Promise.resolve(link.slice(0, -1))],
    ['has an extra character', (_, link) => Promise.resolve(`${link}A`)],
    ['has been opened', async (_, link) => (await aVisitor()).send('POST', link)],
    ['has expired', () => Promise.resolve((portal.clock.now += 24 * hourMs))],
    ['was replaced by a newer one', (zoe) => aLink(zoe)],
    ['belongs to a blocked user', (zoe) => setState(zoe, 'blocked')],
    [
      'belongs to a user who was blocked and unblocked',
      async (zoe) => {
        await setState(zoe, 'blocked');
        await setState(zoe, 'active');
      },
    ],
    ['belongs to a deleted user', (zoe) => setState(zoe, 'deleted')],
    [
      'belongs to a user who received a temporary password from the operator',
      async (zoe) => {
        const stored = {
          kind: 'temporary',
          hash: 'h',
          at: portal.clock.now,
          until: portal.clock.now + hourMs,
          by: null,
        } as const;
        await credentialsStore.replace(portal.database, tenant.scope, zoe.id, zoe.epoch + 1, stored);
      },
    ],
    [
      'belongs to a user who has signed in since',
      async (zoe) => {
        const at = portal.clock.now + 1;
        await sessionsStore.open(portal.database, {
          id: crypto.randomUUID(),
          userId: zoe.id,
          address: null,
          device: '',
          method: 'pwd',
          at,
        });
      },
    ],
  ];

  for (const [label, spoil] of cases) {
    it(`gets the same response as an unknown one if it ${label}`, async () => {
      const { zoe, link } = await aLink();
      const redeemed = await spoil(zoe, link);
      const dead = typeof redeemed === 'string' ? redeemed : link;
      const before = await rowOf(zoe);
      const visitor = await aVisitor();
      const wrong = await visitor.send('GET', unknown);
      const got = await visitor.send('GET', dead);
      assert.equal(got.status, 404);
      assert.match(got.text, /This link no longer works/);
      assert.deepEqual(normalizedResponse(got), normalizedResponse(wrong));
      const posted = await visitor.send('POST', dead);
      assert.deepEqual(normalizedResponse(posted), normalizedResponse(wrong));
      assert.deepEqual(await rowOf(zoe), before);
    });
  }

  it('is invalid from the exact millisecond at which its lifetime ends', async () => {
    const [first, second] = [await aLink(), await aLink()];
    portal.clock.now += 24 * hourMs - 1;
    assert.equal((await openLink(portal, first.link)).path, '/change-password');
    portal.clock.now += 1;
    assert.equal((await (await aVisitor()).send('POST', second.link)).status, 404);
  });

  it('is invalid in another region and in a suspended tenant', async () => {
    const { link } = await aLink();
    assert.equal((await (await aVisitor(elsewhere)).send('POST', link)).status, 404);
    const other = await aTenantWithHandover(portal, 'link');
    const user = await aUser(portal, other.tenant);
    const theirs = await resetByLink(other.admin, user);
    await tenantsStore.setState(portal.database, other.tenant.id, 'suspended');
    assert.equal((await (await aVisitor()).send('POST', theirs)).status, 404);
  });
});
