import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { aUser } from '../support/builders.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { plannedAddition } from '../support/import-scenarios.ts';
import { aStagedImport, importPath, usersPath } from '../support/imports.ts';
import {
  linkPattern,
  aTenantWithHandover,
  choosePassword,
  chosenPassword,
  english,
  openLink,
} from '../support/links.ts';
import { aPerson } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';

const portal = await openPortal();

const linksIn = (text: string): string[] =>
  [...text.matchAll(new RegExp(linkPattern.source, 'g'))].map(([, found = '']) => found);

/** @returns the links in the emails in the outbox folder, which is used if no SMTP server is configured */
function mailedLinks({ config }: Portal): string[] {
  const folder = path.join(config.dataDirectory, 'outbox');
  const mails = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
  return mails.map((mail) => linksIn(mail.replace(/=\r?\n/g, ''))[0] ?? '');
}

async function aFinishedImport(handOver: 'link' | 'mailedLink', people: number) {
  const { tenant, camille, admin } = await aTenantWithHandover(portal, handOver);
  const rows = Array.from({ length: people }, (_, index) => plannedAddition(tenant, index));
  const address = `${importPath}/${await aStagedImport(portal, tenant, camille, rows)}`;
  await admin.visit(address);
  await admin.submit(`Import all ${people} rows`);
  await portal.background.runAll();
  await admin.visit(address);
  return { tenant, admin, address };
}

describe('the one-time link of a new user', () => {
  it('is shown once and lets the user choose a password', async () => {
    const { tenant, admin } = await aTenantWithHandover(portal, 'link');
    await admin.visit(`${usersPath}/new`);
    admin.sees('A one-time link is shown to you once. The user opens it to choose a password.');
    const username = `ada@${tenant.domain}`;
    await admin.submit('Add user', { 'First name': 'Ada', 'Last name': 'Müller', 'User name': username });
    admin.sees('Ada Müller was added');
    const [link = ''] = linksIn(admin.$('output#hand-over-link').text());
    const user = await choosePassword(await openLink(portal, link));
    assert.equal(user.path, '/dashboard');
    assert.equal(
      (await aPerson(portal, english).signIn({ username, clearPassword: chosenPassword })).path,
      '/dashboard',
    );
  });

  it("is printed on a sheet in the user's language, with instructions", async () => {
    const { tenant, admin } = await aTenantWithHandover(portal, 'link');
    const user = await aUser(portal, tenant, { displayName: 'Änne Weiß', language: 'de' });
    await admin.visit(`${usersPath}/${user.id}/reset-password`);
    await admin.submit('Reset password');
    const sheets = admin.$('.sheet').toArray();
    const text = normalizeSpace(sheets.map((sheet) => admin.$(sheet).text()).join(' '));
    for (const expected of [
      'Einmal-Link',
      'Änne Weiß',
      user.username,
      'einmal verwendet werden',
      'Vernichten Sie dieses Blatt.',
    ])
      assert.ok(text.includes(expected), `${expected}: ${text}`);
    assert.ok(!text.includes('Temporäres Kennwort'));
  });
});

describe('the one-time links of a bulk reset', () => {
  it('are issued per user, and each signs in only that user', async () => {
    const { tenant, admin } = await aTenantWithHandover(portal, 'link');
    const people = await Promise.all(
      ['Ada', 'Bob', 'Cem'].map((displayName) => aUser(portal, tenant, { displayName })),
    );
    await admin.visit(`${usersPath}/bulk?action=reset&${people.map(({ id }) => `user=${id}`).join('&')}`);
    admin.sees('Each user gets a one-time link. You’ll see the links once');
    await admin.submit('Reset password');
    const hands = admin.$('.handover').toArray();
    assert.equal(hands.length, 3);
    for (const hand of hands) {
      const [link = ''] = linksIn(admin.$(hand).find('output').text());
      const username = people.find(({ displayName }) => admin.$(hand).text().includes(displayName))?.username ?? '';
      const user = await choosePassword(await openLink(portal, link));
      await user.visit('/my-profile');
      user.sees(username);
    }
  });

  it('are mailed and not shown if the rules require it', async () => {
    const { tenant, admin } = await aTenantWithHandover(portal, 'mailedLink');
    const people = await Promise.all(['Ada', 'Bob'].map((displayName) => aUser(portal, tenant, { displayName })));
    await admin.visit(`${usersPath}/bulk?action=reset&${people.map(({ id }) => `user=${id}`).join('&')}`);
    await admin.submit('Reset password');
    admin.sees('A one-time link is being emailed to each user listed below.').sees('Ada').sees('Bob');
    assert.deepEqual(linksIn(admin.body), []);
  });
});

describe('the one-time links of an import', () => {
  it('are generated while their file is downloaded', async () => {
    const { admin, address } = await aFinishedImport('link', 3);
    admin.sees('Download one-time links');
    const file = await admin.send('POST', `${address}/passwords`);
    assert.match(file.text, /User name.*One-time link/);
    const links = linksIn(file.text);
    assert.equal(links.length, 3);
    for (const link of links) assert.equal((await choosePassword(await openLink(portal, link))).path, '/dashboard');
    const repeated = await admin.send('POST', `${address}/passwords`);
    assert.equal(repeated.status, 410);
    assert.match(repeated.text, /The one-time links were issued on November 23, 2026/);
    assert.doesNotMatch(repeated.text, /temporary passwords/i);
    await admin.visit('/account-settings/activity-log');
    admin.sees('Camille Laurent downloaded one-time links for imported users.').sees('One-time links: 3');
  });

  it('are mailed if the rules require it', async () => {
    const { tenant, admin, address } = await aFinishedImport('mailedLink', 3);
    const known = new Set(mailedLinks(portal));
    await admin.submit('Email one-time links');
    assert.equal(admin.path, address);
    admin.sees('3 one-time links are being emailed.');
    await portal.background.runAll();
    const links = mailedLinks(portal).filter((link) => !known.has(link));
    assert.equal(links.length, 3);
    const user = await choosePassword(await openLink(portal, links[0] ?? ''));
    await user.visit('/my-profile');
    user.sees(`@${tenant.domain}`);
    await admin.visit(address);
    admin.sees('The one-time links were issued on');
  });
});
