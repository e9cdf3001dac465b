import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { submitForm } from '../support/kept-input.ts';
import { aPerson, type Person } from '../support/person.ts';
import { english } from '../support/second-factor.ts';
import { formsOfVisitors } from './kept-input.cases.ts';
import { openPortalWithForms, secret, secrets, withoutToken } from './kept-input.forms.ts';

const { portal, state, addressOf, global, openForm, written, assertShown, assertReturnsAfterInterruption } =
  await openPortalWithForms();

for (const [path, form] of Object.entries(formsOfVisitors(global.username))) {
  describe(`input of a visitor in the form of ${path}`, () => {
    async function opened(): Promise<Person> {
      const person = await aPerson(portal, english).visit(paths.signIn);
      if (path === paths.signInPassword) await person.submit('Next', { 'User name': global.username });
      return openForm(person, path, form);
    }

    it('is shown again, except passwords, if the token is stale', async () => {
      const page = await opened();
      const visitor = aPerson(portal, english);
      const action = addressOf({ path });
      const { status, text } = await visitor.send('POST', action, { ...form.typed, ...secrets }, { csrf: 'stale' });
      assert.equal(status, 403);
      assert.match(text, /This form has expired/);
      assert.ok(!text.includes(secret));
      const before = await written();
      withoutToken(page);
      await submitForm(page, form.typed);
      assert.equal(page.status, 403);
      assertShown(page, form.typed);
      assert.equal(
        page.$('a[href="/dashboard"], a[href="/"]').filter('.btn').length,
        0,
        'leads to a form, not elsewhere',
      );
      assert.deepEqual(await written(), before);
    });

    if (path === paths.setUp)
      it('is shown again during an interruption of the session store, which it does not need', async () => {
        const person = await opened();
        state.isBroken = true;
        await submitForm(person, form.typed).finally(() => (state.isBroken = false));
        assert.equal(person.status, 422);
        assertShown(person, form.typed);
      });
    else
      it('is shown again after an interruption of the portal', async () => {
        const person = await opened();
        await assertReturnsAfterInterruption(person, form);
      });

    if (form.invalid === null) return;
    it('is shown again if it is invalid', async () => {
      const person = await opened();
      await submitForm(person, form.typed);
      assert.equal(person.status, 422);
      assertShown(person, form.typed);
    });
  });
}
