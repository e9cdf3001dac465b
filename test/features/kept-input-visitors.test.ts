import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { fillIn, submitForm } from '../support/kept-input.ts';
import { MAIL_FROM } from '../support/outbox.ts';
import { aPerson, type Person } from '../support/person.ts';
import { english } from '../support/second-factor.ts';
import { formOfRecovery, formsOfUsers, formsOfVisitors, type KeptForm } from './kept-input.cases.ts';
import { openPortalWithForms, secret, secrets, withoutToken } from './kept-input.forms.ts';

type PortalWithForms = Awaited<ReturnType<typeof openPortalWithForms>>;

const [worldwide, china] = [
  await openPortalWithForms(),
  await openPortalWithForms({
    environment: { REGION: 'china', SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM },
  }),
];

it('in a region with self-service recovery, every form that preserves input has a test case', () => {
  const tables = [formsOfUsers(''), formsOfVisitors(''), formOfRecovery('')];
  const kept = china.portal.routes.filter(({ method, form }) => method === 'post' && (form?.keeps.length ?? 0) > 0);
  assert.deepEqual(
    kept.filter(({ path }) => !tables.some((table) => path in table)),
    [],
  );
  assert.ok(kept.some(({ path }) => path === paths.recoverAccess));
});

for (const [path, form] of Object.entries(formsOfVisitors(worldwide.global.username))) testForm(worldwide, path, form);
for (const [path, form] of Object.entries(formOfRecovery(china.global.username))) testForm(china, path, form);

function testForm(opened: PortalWithForms, path: string, form: KeptForm): void {
  const { portal, state, addressOf, global, openForm, written, assertShown, assertReturnsAfterInterruption } = opened;
  describe(`a visitor's input in the form at ${path}`, () => {
    async function openedForm(): Promise<Person> {
      const person = await aPerson(portal, english).visit(paths.signIn);
      // A visitor who has entered a user name has a session.
      if (path === paths.signInPassword || path === paths.recoverAccess)
        await person.submit('Next', { 'User name': global.username });
      return openForm(person, path, form);
    }

    it('is shown again, except passwords, if the token is stale', async () => {
      const page = await openedForm();
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
      it('is shown again even while the session store is unavailable, because the form needs no session', async () => {
        const person = await openedForm();
        state.isBroken = true;
        await submitForm(person, form.typed).finally(() => (state.isBroken = false));
        assert.equal(person.status, 422);
        assertShown(person, form.typed);
      });
    else
      it('is shown again after an interruption of the portal', async () => {
        const person = await openedForm();
        await assertReturnsAfterInterruption(person, form);
      });

    if (form.invalid === null) return;
    it('is shown again if it is invalid', async () => {
      const person = await openedForm();
      const typed = Object.assign({}, form.typed, form.invalid);
      fillIn(person, typed);
      await submitForm(person, typed);
      assert.equal(person.status, 422);
      assertShown(person, typed);
    });
  });
}
