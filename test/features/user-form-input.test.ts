import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { userPath } from '../../src/site/http/paths.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { twoAdministrators } from '../support/user-form.ts';
import { edits, removesGlobalAdmin } from './user-form.cases.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`input in the user form, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const { reader, other, shown, stored, inFields } = await twoAdministrators(server?.url);

    const broken: Readonly<Record<string, (field: (name: string) => ReturnType<typeof reader.$>) => unknown>> = {
      'without a version': (field) => field('version').remove(),
      'with an empty version': (field) => field('version').attr('value', ''),
      'with a negative version': (field) => field('version').attr('value', '-1'),
      'with a fractional version': (field) => field('version').attr('value', '1.5'),
      'with a version that is a word': (field) => field('version').attr('value', '__proto__'),
      'with a version of 400 digits': (field) => field('version').attr('value', '9'.repeat(400)),
      'with two versions': (field) => field('version').clone().insertAfter(field('version')),
      'without a name that was shown': (field) => field('shown.lastName').remove(),
      'with a name that was shown twice': (field) =>
        field('shown.lastName').clone().insertAfter(field('shown.lastName')),
      'without the level that was shown': (field) => field('shown.administratorLevel').remove(),
      'with an unknown level that was shown': (field) => field('shown.administratorLevel').attr('value', 'king'),
      'with an unknown language that was shown': (field) => field('shown.language').attr('value', 'xx'),
    };
    for (const [label, breakForm] of Object.entries(broken)) {
      it(`is kept without saving when the form is submitted ${label}`, async () => {
        const user = await shown({ administratorLevel: 'global' });
        breakForm((name) => reader.$(`main input[type=hidden][name="${name}"]`));
        await reader.submit('Save', { 'First name': 'Anna', Language: 'de', 'Administrator level': 'billing' });
        assert.equal(reader.status, 409);
        assert.equal(reader.$('main [role=alert][data-focus]').length, 1);
        assert.deepEqual(inFields('firstName', 'language', 'administratorLevel'), ['Anna', 'de', 'billing']);
        reader.sees('Administrator level: the saved value is “Global admin”.');
        const { clearPassword: _, ...before } = user;
        assert.deepEqual(await stored(user), before);
        await reader.submit('Save');
        assert.equal(reader.status, 200);
        const { firstName, language, administratorLevel } = await stored(user);
        assert.deepEqual([firstName, language, administratorLevel], ['Anna', 'de', 'billing']);
      });
    }

    it('is still compared with the stored values after a validation error', async () => {
      const user = await shown({ administratorLevel: 'global' });
      reader.$('main input[name=version]').remove();
      await reader.submit('Save', { 'First name': '', 'Last name': '', 'Display name': '' });
      assert.equal(reader.status, 422);
      await reader.submit('Save', { 'First name': 'Anna', 'Display name': 'Anna' });
      assert.equal(reader.status, 409);
      assert.equal((await stored(user)).firstName, 'Anne');
    });

    for (const language of ['xx', '__proto__', 'EN']) {
      it(`is kept when the language is not offered: ${language}`, async () => {
        const user = await shown({ language: 'fr' });
        reader.$('#language').append(`<option value="${language}" selected></option>`);
        reader.$('#language option[value=fr]').removeAttr('selected');
        await reader.submit('Save', { 'First name': 'Anna', 'Agent level': 'sales' });
        assert.equal(reader.status, 422);
        assert.deepEqual(inFields('firstName', 'agentLevel'), ['Anna', 'sales']);
        assert.equal((await stored(user)).firstName, 'Anne');
      });
    }

    it('is kept after a validation error, together with the values originally shown', async () => {
      const user = await shown({ administratorLevel: 'global', language: 'fr' });
      await removesGlobalAdmin(other, user);
      const typed = { 'First name': '', 'Last name': '', 'Display name': '  ', Language: 'de', 'Agent level': 'sales' };
      await reader.submit('Save', typed);
      assert.equal(reader.status, 422);
      reader.sees('Enter a name.');
      assert.deepEqual(inFields('firstName', 'lastName', 'language', 'administratorLevel', 'agentLevel'), [
        '',
        '',
        'de',
        'global',
        'sales',
      ]);
      await reader.submit('Save', { 'First name': 'Anna', 'Display name': 'Anna' });
      assert.equal(reader.status, 200);
      const { administratorLevel, agentLevel, language, displayName } = await stored(user);
      assert.deepEqual([administratorLevel, agentLevel, language, displayName], ['none', 'sales', 'de', 'Anna']);
    });

    it('is escaped after a validation error and after a conflict', async () => {
      const hostile = `"><script>alert(1)</script>&amp;'`;
      const user = await shown();
      await reader.submit('Save', { 'First name': hostile, 'Last name': 'x'.repeat(121) });
      assert.deepEqual([reader.status, reader.$('#firstName').val()], [422, hostile]);
      await reader.visit(userPath(user.id));
      await edits({ 'First name': `${hostile}!` })(other, user);
      await reader.submit('Save', { 'First name': hostile });
      assert.deepEqual([reader.status, reader.$('#firstName').val()], [409, hostile]);
      assert.ok(!reader.body.includes('<script>alert'));
    });
  });
}
