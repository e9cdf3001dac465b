import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { aTenant, aUser, type TestTenant } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };
const list = '/account-settings/user-management';

interface Row {
  readonly id: string;
  readonly username: string;
  readonly name_key: string;
  readonly last_sign_in_at: number;
}

const portal = await openPortal();
const anAdminOf = async (tenant: TestTenant): Promise<Person> =>
  aPerson(portal, english).signIn(await aUser(portal, tenant, { displayName: 'Admin', administratorLevel: 'global' }));

const shown = (person: Person): string[] =>
  person
    .$('tbody bdi.name-second')
    .toArray()
    .map((cell) => person.$(cell).text());
const linkTo = (person: Person, rel: 'next' | 'prev'): string | undefined => person.$(`a[rel=${rel}]`).attr('href');

/** Collects the user names of the current page and all pages after it in one direction. */
async function walk(person: Person, rel: 'next' | 'prev'): Promise<string[][]> {
  const pages = [shown(person)];
  for (let href = linkTo(person, rel); href !== undefined && pages.length < 20; href = linkTo(person, rel)) {
    pages.push(shown(await person.visit(href)));
  }
  return pages;
}

describe('a user list with 61 users', async () => {
  const tenant = await aTenant(portal, { language: 'en' });
  for (let each = 0; each < 60; each++) {
    await aUser(portal, tenant, {
      username: `user-${String((each * 37) % 60).padStart(2, '0')}@${tenant.domain}`,
      displayName: each % 3 === 0 ? 'Same Name' : `Person ${String(each).padStart(2, '0')}`,
      lastSignInAt: each % 4 === 0 ? null : portal.clock.now - (each % 7) * 3_600_000,
    });
  }
  const admin = await anAdminOf(tenant);
  const rows = (await portal.database.knex('users').where({ tenant_id: tenant.id })) as Row[];

  const sorted = (column: keyof Row, direction: 1 | -1): string[] => {
    const compare = (one: Row, other: Row): number =>
      one[column] === other[column] ? (one.id < other.id ? -1 : 1) : one[column] < other[column] ? -1 : 1;
    return rows.toSorted((one, other) => direction * compare(one, other)).map(({ username }) => username);
  };

  for (const [sort, column] of [
    ['name', 'name_key'],
    ['username', 'username'],
    ['lastSignIn', 'last_sign_in_at'],
  ] as const) {
    for (const direction of [1, -1] as const) {
      const parameter = direction === 1 ? sort : `-${sort}`;

      it(`can be paged by ${parameter} in both directions, in order, with 25 users per page and no duplicates`, async () => {
        const forwards = await walk(await admin.visit(`${list}?sort=${parameter}`), 'next');
        assert.deepEqual(
          forwards.map(({ length }) => length),
          [25, 25, 11],
        );
        assert.deepEqual(forwards.flat(), sorted(column, direction));
        assert.deepEqual((await walk(admin, 'prev')).reverse(), forwards);
        assert.equal(linkTo(admin, 'prev'), undefined);
      });
    }
  }

  it('is sorted by name by default, which is marked in the heading', async () => {
    assert.deepEqual(shown(await admin.visit(list)), sorted('name_key', 1).slice(0, 25));
    assert.equal(admin.$('th[aria-sort]').attr('aria-sort'), 'ascending');
    await admin.visit(admin.$('th[aria-sort] a').attr('href') ?? '');
    assert.equal(admin.$('th[aria-sort]').attr('aria-sort'), 'descending');
    assert.deepEqual(shown(admin), sorted('name_key', -1).slice(0, 25));
  });

  it('keeps search and filters from page to page', async () => {
    const pages = await walk(await admin.visit(`${list}?q=same&level=none&status=active&sort=-username`), 'next');
    assert.equal(pages.flat().length, 20);
    const all = await walk(await admin.visit(`${list}?level=none&sort=-username`), 'next');
    const users = sorted('username', -1).filter((username) => /^user-\d\d@/.test(username));
    assert.deepEqual(all.flat(), users);
    assert.equal(admin.$('#level option[selected]').attr('value'), 'none');
  });

  it('skips no users when one is deleted while paging', async () => {
    await admin.visit(list);
    const last = rows.find(({ username }) => username === shown(admin).at(-1))!;
    await portal.database.knex('users').where({ id: last.id }).update({ state: 'deleted' });
    assert.deepEqual(shown(await admin.visit(linkTo(admin, 'next')!)), sorted('name_key', 1).slice(25, 50));
    await portal.database.knex('users').where({ id: last.id }).update({ state: 'active' });
  });
});

describe('a user list with long names', () => {
  for (const [label, displayName] of [
    ['200 letters of one byte', 'a'.repeat(200)],
    ['200 letters of three bytes', '漢'.repeat(200)],
    ['200 letters of four bytes', '𠮷'.repeat(200)],
    ['200 letters with a sort key of 18 letters each', 'ﷺ'.repeat(200)],
  ] as const) {
    it(`can be paged: ${label}`, async () => {
      const tenant = await aTenant(portal, { language: 'en' });
      for (let each = 0; each < 30; each++) await aUser(portal, tenant, { displayName });
      const admin = await anAdminOf(tenant);
      const pages = await walk(await admin.visit(list), 'next');
      assert.deepEqual(
        pages.map(({ length }) => length),
        [25, 6],
      );
      assert.equal(new Set(pages.flat()).size, 31);
    });
  }
});

describe('a cursor of the user list', async () => {
  const [ours, theirs] = [await aTenant(portal, { language: 'en' }), await aTenant(portal, { language: 'en' })];
  for (let each = 0; each < 30; each++) {
    await aUser(portal, ours, { displayName: `Ours ${each}` });
    await aUser(portal, theirs, { displayName: `Theirs ${each}` });
  }
  const foreignUser = await aUser(portal, theirs, { displayName: 'Theirs, to be sure' });
  const [admin, neighbour] = [await anAdminOf(ours), await anAdminOf(theirs)];
  const cursorOf = (href = ''): string => new URL(href, 'http://localhost').searchParams.get('after') ?? '';
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it('reveals no users of another tenant', async () => {
    await neighbour.visit(list);
    for (const place of [cursorOf(linkTo(neighbour, 'next')), encoded(['', '']), encoded(['theirs', foreignUser.id])]) {
      for (const side of ['after', 'before']) {
        await admin.visit(`${list}?${side}=${place}`);
        assert.equal(admin.status, 200);
        admin.doesNotSee('Theirs');
        assert.ok(shown(admin).every((username) => username.endsWith(ours.domain)));
      }
    }
  });

  it('shows the first page if it is invalid', async () => {
    const first = shown(await admin.visit(list));
    assert.equal(first.length, 25);
    for (const place of [
      ...['', 'rubbish', '-1', '%00', randomUUID(), foreignUser.id, "' or 1=1 --", 'x'.repeat(12_001)],
      ...[[], [1, 2], ['a'], ['a', null], [{}, 'x'], { 0: 'a', 1: 'b' }, null, 12, [null, null]].map(encoded),
    ]) {
      for (const side of ['after', 'before']) {
        assert.deepEqual(
          shown(await admin.visit(`${list}?${side}=${encodeURIComponent(place)}`)),
          first,
          `${side} ${place}`,
        );
      }
    }
    for (const place of [encoded(['a', 'x']), encoded([1.5, 'x']), encoded([1e300, 'x'])]) {
      assert.equal((await admin.visit(`${list}?sort=lastSignIn&after=${place}`)).status, 200);
      assert.equal(shown(admin).length, 25);
    }
  });
});
