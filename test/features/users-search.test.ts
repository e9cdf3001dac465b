import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { User } from '../../src/domain/people/user.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const english = { 'Accept-Language': 'en' };
const list = '/account-settings/user-management';

async function aList(people: Readonly<Record<string, Partial<User>>>) {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { language: 'en', domain: 'company.example' });
  for (const [displayName, overrides] of Object.entries(people))
    await aUser(portal, tenant, { displayName, ...overrides });
  const camille = await aUser(portal, tenant, {
    displayName: 'Camille',
    username: 'zzz@company.example',
    administratorLevel: 'global',
  });
  return { portal, tenant, admin: await aPerson(portal, english).signIn(camille) };
}

const shown = (person: Person): string[] =>
  person
    .$('tbody bdi.name-first')
    .toArray()
    .map((cell) => person.$(cell).text())
    .sort();

describe('searching the user list', async () => {
  const { portal, admin } = await aList({
    'Hélène Besson': { username: 'hb1@company.example' },
    'Helene Moreau': { username: 'moreau@company.example' },
    'Łukasz Żółć': { username: 'lz@company.example' },
    'Jürgen Groß': { username: 'jg@company.example' },
    'Øyvind Ærlig': { username: 'oa@company.example' },
    '100% Coton': { username: 'coton@company.example' },
    Sous_Ligne: { username: 'sl@company.example' },
    'Barre\\Oblique': { username: 'bo@company.example' },
    'Anne O’Brien': { username: 'ob@company.example' },
    'Νίκος Παπάς': { username: 'np@company.example' },
    山田太郎: { username: 'yt@company.example' },
    'Ann Zoega': { username: 'az@company.example' },
  });
  const neighbour = await aTenant(portal, { language: 'en' });
  await aUser(portal, neighbour, { displayName: 'Hélène Neighbour' });

  const cases: [label: string, q: string, found: string[]][] = [
    ['part of the name', 'esso', ['Hélène Besson']],
    ['letters without accents', 'helene', ['Helene Moreau', 'Hélène Besson']],
    ['other accents', 'hêlënè', ['Helene Moreau', 'Hélène Besson']],
    ['decomposed accents', 'Hélène'.normalize('NFD'), ['Helene Moreau', 'Hélène Besson']],
    ['capital letters', 'HÉLÈNE BESSON', ['Hélène Besson']],
    ['extra spaces', '  hélène   besson ', ['Hélène Besson']],
    ['base letters for letters with a stroke', 'lukasz zolc', ['Łukasz Żółć']],
    ['ss for ß', 'GROSS', ['Jürgen Groß']],
    ['ß itself', 'groß', ['Jürgen Groß']],
    ['two letters for a ligature', 'oyvind aer', ['Øyvind Ærlig']],
    ['Greek', 'ΝΙΚΟΣ', ['Νίκος Παπάς']],
    ['Japanese', '太郎', ['山田太郎']],
    ['part of the user name', 'hb1@', ['Hélène Besson']],
    ['a user name in capital letters', 'MOREAU@Company', ['Helene Moreau']],
    ['words in another order', 'besson hél', ['Hélène Besson']],
    ['a name and part of the user name', 'besson hb', ['Hélène Besson']],
    ['a comma between the names', 'Besson, Hélène', ['Hélène Besson']],
    ['words of two people', 'besson moreau', []],
    ['a transcribed umlaut', 'juergen', ['Jürgen Groß']],
    ['an umlaut for a transcribed name', 'Zoëga', ['Ann Zoega']],
    ['a percent sign within', '0%c', ['100% Coton']],
    ['an underscore within', 'ligne_sous', ['Sous_Ligne']],
    ['a backslash within', 'barre\\obl', ['Barre\\Oblique']],
    ['only a percent sign', '%', []],
    ['only an underscore', '_', []],
    ['only a backslash', '\\', []],
    ['an SQL injection', "o'brien' or '1'='1", []],
    ['an apostrophe', "o'brien", ['Anne O’Brien']],
    ['an unknown name', 'nobody at all', []],
    ['a name of another tenant', 'neighbour', []],
    ['a domain of another tenant', neighbour.domain, []],
  ];

  for (const [label, q, found] of cases) {
    it(`returns the matching users for ${label}: ${q}`, async () => {
      await admin.visit(list);
      await admin.submit('Search', { 'Name or user name': q });
      assert.deepEqual(shown(admin), found.toSorted());
      assert.equal(admin.$('#q').attr('value'), q.trim());
    });
  }

  it('links to the full list if no user matches', async () => {
    await admin.visit(`${list}?q=nobody+at+all`);
    admin.sees('No users match your search');
    assert.equal(admin.$('table').length, 0);
    await admin.follow('Show all users');
    assert.equal(shown(admin).length, 13);
  });
});

describe('filtering the user list', async () => {
  const { admin } = await aList({
    'A global': { administratorLevel: 'global' },
    'A user management': { administratorLevel: 'userManagement', agentLevel: 'helpdesk' },
    'A billing': { administratorLevel: 'billing', agentLevel: 'sales' },
    'An agent': { agentLevel: 'admin' },
    'A pending': { password: 'temporary' },
    'An expired': { password: 'temporary', temporaryUntil: 1 },
    'A blocked': { state: 'blocked' },
    'A blocked pending': { state: 'blocked', password: 'temporary' },
    'A deleted': { state: 'deleted' },
  });
  const allNames = [
    'A billing',
    'A blocked',
    'A blocked pending',
    'A global',
    'A pending',
    'A user management',
    'An agent',
    'An expired',
    'Camille',
  ];

  const cases: [level: string, status: string, found: string[]][] = [
    ['All roles', 'All statuses', allNames],
    ['Global admin', 'All statuses', ['A global', 'Camille']],
    ['User management admin', 'All statuses', ['A user management']],
    ['Billing admin', 'All statuses', ['A billing']],
    ['No admin', 'All statuses', ['A blocked', 'A blocked pending', 'A pending', 'An agent', 'An expired']],
    ['Admin agent', 'All statuses', ['An agent']],
    ['Sales agent', 'All statuses', ['A billing']],
    ['Helpdesk agent', 'All statuses', ['A user management']],
    ['All roles', 'Active', ['A billing', 'A global', 'A user management', 'An agent', 'Camille']],
    ['All roles', 'Must change password', ['A pending', 'An expired']],
    ['All roles', 'Blocked', ['A blocked', 'A blocked pending']],
    ['No admin', 'Active', ['An agent']],
    ['Global admin', 'Blocked', []],
  ];

  for (const [level, status, found] of cases) {
    it(`returns the matching users for ${level} and ${status}`, async () => {
      await admin.visit(list);
      const valueOf = (words: string): string =>
        admin
          .$('option')
          .filter((_, option) => normalizeSpace(admin.$(option).text()) === words)
          .first()
          .attr('value') ?? 'missing';
      await admin.submit('Search', { Role: valueOf(level), Status: valueOf(status) });
      assert.deepEqual(shown(admin), found);
    });
  }

  it("shows each user's status", async () => {
    await admin.visit(`${list}?q=expired`);
    admin.sees('Sign-in details expired');
    await admin.visit(`${list}?q=blocked`);
    assert.equal(admin.$('tbody .state').text(), 'BlockedBlocked');
  });
});
