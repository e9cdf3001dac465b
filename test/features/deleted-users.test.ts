import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newUser } from '../data/databases.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const english = { 'Accept-Language': 'en' };
const users = '/account-settings/user-management';
const deleted = `${users}/deleted`;

const portal = await openPortal();
const tenant = await aTenant(portal, { language: 'en' });
const admin = await aPerson(portal, english).signIn(await aUser(portal, tenant, { administratorLevel: 'global' }));
const aDeletedUser = () => newUser({ displayName: 'Nobody', state: 'deleted', deletedAt: 1 });
const shown = (person: Person): string[] =>
  person
    .$('tbody bdi.name-first')
    .toArray()
    .map((cell) => person.$(cell).text());

describe('the list of 60 deleted users', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `Gone ${String(index).padStart(2, '0')}`);
  for (const [index, displayName] of names.entries()) {
    // Pairs of users share a deletion time, so the order must not depend only on the time.
    const deletedAt = portal.clock.now - (index >> 1) * 60_000;
    await aUser(portal, tenant, { displayName, state: 'deleted', deletedAt });
  }

  async function walk(rel: 'next' | 'prev'): Promise<string[][]> {
    const pages = [shown(admin)];
    while (admin.$(`a[rel=${rel}]`).length > 0 && pages.length < 10)
      pages.push(shown(await admin.visit(admin.$(`a[rel=${rel}]`).attr('href')!)));
    return pages;
  }

  it('can be paged forward and back, latest first, with 25 users per page and no duplicates', async () => {
    await admin.visit(deleted);
    const forwards = await walk('next');
    assert.deepEqual(
      forwards.map(({ length }) => length),
      [25, 25, 10],
    );
    assert.deepEqual(forwards.flat().toSorted(), names);
    const pairs = forwards.flat().map((name) => Number(name.slice(-2)) >> 1);
    assert.deepEqual(
      pairs,
      pairs.toSorted((one, other) => one - other),
    );
    assert.deepEqual((await walk('prev')).reverse(), forwards);
  });

  it('starts on the first page if the cursor is invalid', async () => {
    const first = shown(await admin.visit(deleted));
    const place = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const bad of ['', 'x', place(['name', 'id']), place([1.5, 'id']), place([1]), 'x'.repeat(20_000)])
      for (const side of ['after', 'before'])
        assert.deepEqual(shown(await admin.visit(`${deleted}?${side}=${bad}`)), first);
  });

  it('contains no users of other tenants, even with a cursor from another tenant', async () => {
    const other = await aTenant(portal, { language: 'en' });
    const stranger = await aUser(portal, other, {
      displayName: 'Stranger',
      state: 'deleted',
      deletedAt: portal.clock.now,
    });
    const place = Buffer.from(JSON.stringify([portal.clock.now + 1, stranger.id])).toString('base64url');
    await admin.visit(`${deleted}?after=${place}`);
    assert.equal(shown(admin).length, 25);
    admin.doesNotSee('Stranger');
  });

  it('has its length shown on the user list, up to 999', async () => {
    (await admin.visit(users)).sees('Deleted users (60)');
    const most = Array.from({ length: 939 }, () => aDeletedUser());
    await usersStore.insertMany(portal.database, tenant.scope, most);
    (await admin.visit(users)).sees('Deleted users (999)');
    await usersStore.insertMany(portal.database, tenant.scope, [aDeletedUser()]);
    (await admin.visit(users)).sees('Deleted users (999+)');
  });
});
