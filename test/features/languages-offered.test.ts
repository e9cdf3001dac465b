import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../src/domain/errors.ts';
import { paths, userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { withRules } from '../support/rules.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

describe('a region that offers only French and German', async () => {
  const environment = withRules({ languages: ['fr', 'de'], defaultLanguage: 'fr' });
  const portal = await openPortal({ environment });
  const tenant = await aTenant(portal);
  const camille = await aUser(portal, tenant, { administratorLevel: 'global' });
  const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson', language: 'de' });
  const admin = await aPerson(portal).signIn(camille);
  const refused = 'Cette langue n’est pas proposée dans cette région.';
  const languageOf = async ({ id }: { id: string }) =>
    (await usersStore.find(portal.database, tenant.scope, id))?.language;
  const names = { firstName: 'Zoé', lastName: 'Besson', displayName: 'Zoé Besson' };

  it('lists only these languages in the user form', async () => {
    await admin.visit(userPath(zoe.id));
    const offered = admin
      .$('main select[name=language] option')
      .toArray()
      .map((option) => admin.$(option).attr('value'));
    assert.deepEqual(offered, ['', 'fr', 'de']);
  });

  for (const [label, language, says] of [
    ['that the region does not offer', 'en', refused],
    ['that is unknown', 'xx', refused],
    ['that is the name of an object property', '__proto__', refused],
  ] as const) {
    it(`every form rejects a language ${label}`, async () => {
      await admin.visit(userPath(zoe.id));
      const edited = await admin.send('POST', userPath(zoe.id), { ...names, language });
      assert.deepEqual([edited.status, edited.text.includes(says)], [422, true]);
      assert.equal(await languageOf(zoe), 'de');
      const username = `new@${tenant.domain}`;
      const added = await admin.send('POST', paths.newUser, { ...names, username, language });
      assert.deepEqual([added.status, added.text.includes(says)], [422, true]);
      assert.equal((await admin.send('POST', paths.language, { language, returnTo: '/dashboard' })).status, 400);
    });
  }

  it('rejects import rows that set another language, and accepts a row that leaves such a language unchanged', async () => {
    const noah = await aUser(portal, tenant, { displayName: 'Noah Diop', language: 'en' });
    const rows = [
      'Username;Name;Language',
      `${zoe.username};Zoé Besson;English`,
      `${noah.username};Noah Diop;English`,
      `new@${tenant.domain};Ada;en`,
    ];
    const header = 'Nom d’utilisateur;Nom d’affichage;Langue';
    await admin.visit(paths.importUsers);
    const content = [header, ...rows.slice(1)].join('\n');
    await admin.upload('Vérifier le fichier', 'Fichier CSV', { name: 'a.csv', content });
    const outcomes = admin
      .$('tbody tr')
      .toArray()
      .map((row) => admin.$(row).text().includes(refused));
    assert.deepEqual(outcomes, [true, false, true]);
  });

  it('rejects other languages for tenants and users that the operator adds', async () => {
    const details = { name: 'Ateliers', domains: ['ateliers.example'], language: 'en' };
    const person = { name: 'Ada', administratorLevel: 'global', agentLevel: 'none', language: null } as const;
    const notOffered = (error: Failure): boolean => error.code === 'language.notOffered';
    await assert.rejects(portal.tenants.add(details, { ...person, username: 'ada@ateliers.example' }), notOffered);
    const another = { ...person, language: 'en', username: `ada@${tenant.domain}` } as const;
    await assert.rejects(portal.tenants.addUser(tenant.id, another), notOffered);
  });
});
