import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths, userPath } from '../../src/site/http/paths.ts';
import { aPerson } from '../support/person.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { twoAdministrators } from '../support/user-form.ts';
import { edits, changesFirstName } from './user-form.cases.ts';

const english = { 'Accept-Language': 'en' };

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`conflicting edits of a user, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const { portal, add, reader, other, shown, stored, inFields } = await twoAdministrators(server?.url);

    it('show who changed what, keep the input and save it when it is submitted again', async () => {
      const user = await shown({ administratorLevel: 'global' });
      await edits({ 'Administrator level': 'none', 'First name': 'Anneliese', 'Agent level': 'sales' })(other, user);
      const first = { 'First name': 'Anna', 'Last name': 'Roy', 'Administrator level': 'billing' };
      await reader.submit('Save', first);
      assert.equal(reader.status, 409);
      const alert = reader.$('main [role=alert][data-focus][tabindex="-1"]');
      assert.equal(alert.length, 1);
      const message = alert.text().replace(/\s+/g, ' ');
      assert.match(message, /First name: Bea First changed it from “Anne” to “Anneliese” on .*2026/);
      assert.match(message, /Administrator level: Bea First changed it from “Global admin” to “No admin” on .*2026/);
      assert.doesNotMatch(message, /Last name|Agent level/);
      assert.equal(alert.find('bdi').first().closest('a').attr('href'), '#firstName');
      assert.deepEqual(inFields('firstName', 'lastName', 'displayName', 'administratorLevel', 'agentLevel'), [
        'Anna',
        'Roy',
        'Anne Martin',
        'billing',
        'sales',
      ]);
      const beside = reader.$(`#${reader.$('#administratorLevel').attr('aria-describedby')}`);
      assert.match(beside.text(), /Saved value: No admin/);
      await reader.submit('Save');
      assert.equal(reader.status, 200);
      const { firstName, lastName, administratorLevel, agentLevel } = await stored(user);
      assert.deepEqual([firstName, lastName, administratorLevel, agentLevel], ['Anna', 'Roy', 'billing', 'sales']);
    });

    it('are detected again if the user changes between the conflict and the second submission', async () => {
      const user = await shown();
      await changesFirstName(other, user);
      await reader.submit('Save', { 'First name': 'Anna' });
      await edits({ 'First name': 'Annick' })(other, user);
      await reader.submit('Save');
      assert.equal(reader.status, 409);
      reader.sees('Bea First changed it from “Anneliese” to “Annick”');
      assert.equal((await stored(user)).firstName, 'Annick');
    });

    it('name no author if the activity log does not record who made the change', async () => {
      const user = await add('Anne Martin', { language: 'en' });
      const person = await aPerson(portal, english).signIn(user);
      await edits({ Language: 'de' })(other, user);
      await reader.visit(userPath(user.id));
      await person.visit(paths.dashboard);
      await person.send('POST', paths.language, { language: 'fr', returnTo: paths.dashboard });
      await reader.submit('Save', { Language: 'en' });
      assert.equal(reader.status, 409);
      reader.sees('Language: now “French”. The activity log doesn’t say who changed it.');
      reader.doesNotSee('Bea First changed it');
    });

    for (const [language, save, first, message] of [
      ['fr', 'Enregistrer', 'Prénom', 'Bea First a remplacé « Anne » par « Anneliese »'],
      ['de', 'Speichern', 'Vorname', 'Bea First hat „Anne“ am'],
    ] as const) {
      it(`are explained in the reader's language: ${language}`, async () => {
        const user = await add('Anne Martin');
        const chief = await add('Chloé Third', { administratorLevel: 'global', language });
        const person = await aPerson(portal, { 'Accept-Language': language }).signIn(chief);
        await person.visit(userPath(user.id));
        await changesFirstName(other, user);
        await person.submit(save, { [first]: 'Anna' });
        assert.equal(person.status, 409);
        person.sees(message);
      });
    }
  });
}
