import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'csv-parse/sync';
import express from 'express';
import fc from 'fast-check';
import request from 'supertest';
import { createUsersCsv } from '../../src/site/users/csv.ts';
import { createUsersFile } from '../../src/site/users/users-file.ts';
import { hostileNames } from '../data/hostile-names.ts';
import { newUser } from '../data/databases.ts';
import { anyCharacter } from '../support/any-character.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { scopeOf, uploadForCheck, importPath, shownRows, usersPath, labels } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { translator } from '../support/translator.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as usersBatchStore from '../../src/core/accounts/stores/users.batch.store.ts';

const address = `${usersPath}/export.csv`;
const portal = await openPortal();

async function aTenantWithAdmins() {
  const tenant = await aTenant(portal, { language: 'en' });
  const admin = (language: 'en' | 'fr' | 'de') =>
    aUser(portal, tenant, {
      administratorLevel: 'global',
      language,
      displayName: `Admin ${language}`,
      username: `${language}@${tenant.domain}`,
    });
  return { tenant, admins: { en: await admin('en'), fr: await admin('fr'), de: await admin('de') } };
}

describe('user export', async () => {
  const { tenant, admins } = await aTenantWithAdmins();
  await aUser(portal, tenant, {
    username: `zoe@${tenant.domain}`,
    displayName: 'Zoé Besson',
    agentLevel: 'sales',
    state: 'blocked',
  });
  await aUser(portal, tenant, { username: `gone@${tenant.domain}`, state: 'deleted', deletedAt: 1 });
  const other = await aTenant(portal);
  await aUser(portal, other, { displayName: 'Kanarienvogel' });

  const lines = {
    en: [
      'User name,First name,Last name,Display name,Administrator level,Agent level,Language,Status,Last sign-in',
      `zoe@${tenant.domain},Zoé,Besson,Zoé Besson,No admin,Sales agent,Same as organization,Blocked,`,
      `de@${tenant.domain},Admin,de,Admin de,Global admin,No agent,German,Active,`,
      `en@${tenant.domain},Admin,en,Admin en,Global admin,No agent,English,Active,2026-11-23T09:00:00Z`,
    ],
    fr: [
      'Nom d’utilisateur;Prénom;Nom;Nom d’affichage;Niveau d’administration;Niveau d’agent;Langue;État;Dernière connexion',
      `zoe@${tenant.domain};Zoé;Besson;Zoé Besson;Pas un administrateur;Agent commercial;Langue de l’organisation;Bloqué;`,
      `de@${tenant.domain};Admin;de;Admin de;Administrateur général;Pas un agent;Allemand;Actif;`,
    ],
    de: [
      'Benutzername;Vorname;Nachname;Anzeigename;Administratorebene;Agentenebene;Sprache;Status;Letzte Anmeldung',
      `zoe@${tenant.domain};Zoé;Besson;Zoé Besson;Kein Administrator;Vertriebsbeauftragter;Wie die Organisation;Blockiert;`,
    ],
  };
  for (const language of ['en', 'fr', 'de'] as const) {
    it(`uses the reader's language and CSV format: ${language}`, async () => {
      const person = await aPerson(portal).signIn(admins[language]);
      await (await person.visit(usersPath)).follow({ en: 'Export', fr: 'Exporter', de: 'Exportieren' }[language]);
      assert.equal(person.status, 200);
      assert.equal(person.headers['content-type'], 'text/csv; charset=utf-8');
      assert.ok(person.body.startsWith('\uFEFF') && person.body.endsWith('\r\n'));
      const found = person.body.slice(1).split('\r\n');
      for (const line of lines[language]) assert.ok(found.includes(line), `${line}\n${person.body}`);
      assert.equal(found.length, 6, 'deleted users are not exported');
      assert.ok(!person.body.includes('Kanarienvogel'));
    });
  }

  it('is recorded before any data is sent, and a HEAD request is not recorded', async () => {
    const person = await aPerson(portal).signIn(admins.en);
    const count = async (): Promise<number> =>
      (await portal.database.knex('activity').where({ kind: 'users.exported', tenant_id: tenant.id })).length;
    const before = await count();
    assert.equal((await person.send('HEAD', address)).status, 200);
    assert.equal(await count(), before);
    await portal.database.knex.raw(
      "create trigger refuse before insert on activity begin select raise(abort, 'no'); end",
    );
    const unrecorded = await person.send('GET', address);
    await portal.database.knex.raw('drop trigger refuse');
    assert.equal(unrecorded.status, 500);
    assert.ok(!unrecorded.text.includes('Zoé'));
    assert.equal((await person.send('GET', address)).status, 200);
    assert.equal(await count(), before + 1);
  });

  it('is limited to ten per minute', async () => {
    await portal.database.knex('throttles').delete();
    const person = await aPerson(portal).signIn(admins.en);
    for (let count = 0; count < 10; count++) assert.equal((await person.send('GET', address)).status, 200);
    const answer = await person.send('GET', address);
    assert.equal(answer.status, 429);
    assert.match(String(answer.headers['retry-after']), /^\d+$/);
  });
});

describe('importing an exported file', () => {
  it('changes nothing, regardless of the language of the file', async () => {
    const { admins, tenant } = await aTenantWithAdmins();
    await aUser(portal, tenant, {
      displayName: 'Ada',
      administratorLevel: 'billing',
      agentLevel: 'admin',
      state: 'blocked',
    });
    for (const from of ['fr', 'de', 'en'] as const) {
      await portal.database.knex('throttles').delete();
      const file = (await (await aPerson(portal).signIn(admins[from])).visit(address)).body;
      const reader = await aPerson(portal).signIn(admins.de);
      await reader.visit(importPath);
      await reader.upload(labels.de.check, labels.de.file, { name: 'x.csv', content: file });
      assert.deepEqual(new Set(shownRows(reader).map(({ result }) => result)), new Set(['Unverändert']));
      reader.sees('Die Datei enthält keine Änderungen.');
    }
  });

  // Values that a form would have cleaned up, and values that spreadsheets interpret as formulas.
  const hostileText = fc.string({
    unit: fc.constantFrom('=', '+', '-', '@', "'", '"', ';', ',', '\t', '\r', '\n', ' ', '＝', '\u202E', 'é', 'a'),
  });
  const name = fc
    .oneof(
      hostileText,
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: anyCharacter }),
      fc.constantFrom(...hostileNames),
    )
    .map((text) => text.replaceAll('\0', ''));
  const people = fc.array(fc.record({ firstName: name, lastName: name, displayName: name }), {
    minLength: 40,
    maxLength: 40,
  });

  it('changes nothing, whatever the names are, and the file contains no formulas', async () => {
    const { tenant, admins } = await aTenantWithAdmins();
    const users = Array.from({ length: 40 }, (_, index) => newUser({ username: `p${index}@${tenant.domain}` }));
    await usersStore.insertMany(portal.database, tenant.scope, users);
    const admin = await aPerson(portal).signIn(admins.en);
    await fc.assert(
      fc.asyncProperty(people, async (names) => {
        await portal.database.knex('throttles').delete();
        await usersBatchStore.updateMany(
          portal.database,
          tenant.scope,
          users.map((user, index) => ({ ...user, ...names[index]! })),
        );
        const { body } = await admin.visit(address);
        const cells = parse(body, { bom: true }).flat();
        for (const cell of cells) assert.doesNotMatch(cell, /^[=+\-@\t\r\n＝＋－＠]/);
        await uploadForCheck(admin, body);
        assert.equal(admin.status, 200, admin.text);
        assert.deepEqual(new Set(shownRows(admin).map(({ result }) => result)), new Set(['Unchanged']));
      }),
      { numRuns: 40 },
    );
  });
});

describe('an export with a limit of 200 users per file', async () => {
  const { tenant, admins } = await aTenantWithAdmins();
  const add = (count: number) =>
    usersStore.insertMany(
      portal.database,
      tenant.scope,
      Array.from({ length: count }, () => newUser()),
    );
  const csv = createUsersCsv(translator, () => portal.clock.now);
  const sendUsersFile = createUsersFile({ database: portal.database, csv, translator }, 200);
  const app = express().get('/', (request, response) => {
    Object.assign(request, { scope: scopeOf(tenant, admins.en), language: 'en' });
    return sendUsersFile(request, response);
  });

  it('is a CSV file for up to 200 users, and an archive of numbered files for more', async () => {
    await add(200 - Object.keys(admins).length);
    const one = await request(app).get('/');
    assert.match(String(one.headers['content-disposition']), /\.csv$/);
    assert.equal(parse(one.text, { bom: true }).length, 201);
    await add(1);
    const several = await request(app).get('/').responseType('blob');
    assert.match(String(several.headers['content-disposition']), /\.zip$/);
    const names = (several.body as Buffer).toString('latin1').match(/-\d+\.csv/g);
    assert.deepEqual([...new Set(names)], ['-1.csv', '-2.csv']);
  });
});
