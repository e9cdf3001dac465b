import assert from 'node:assert/strict';
import type { TestUser } from '../support/builders.ts';
import { breakableSessions, fillIn, shownIn, submitForm, type Typed } from '../support/kept-input.ts';
import { aPerson, type Person } from '../support/person.ts';
import type { PortalOptions } from '../support/portal.ts';
import { english } from '../support/second-factor.ts';
import { openPortalWithUsers } from '../web/portal-with-users.ts';
import type { KeptForm } from './kept-input.cases.ts';

/** The password that tests type into every password field. */
export const secret = 'Geheimer Kranich 4711';
export const secrets: Typed = { password: secret, newPassword: secret, confirmPassword: secret };

/** The rows that the forms can write. */
export type Written = Readonly<Record<'users' | 'rules' | 'approvals' | 'grants', unknown>>;

/** Opens a portal whose sessions can be interrupted, with helpers that fill in, submit and check its forms. */
export async function openPortalWithForms(options: PortalOptions = {}) {
  const { state, sessionStore } = breakableSessions();
  const opened = await openPortalWithUsers(Object.assign({ sessionStore }, options));
  const { portal, addressOf } = opened;
  const addressFor = (path: string, { address }: KeptForm): string => address ?? addressOf({ path });

  async function openForm(person: Person, path: string, form: KeptForm): Promise<Person> {
    await person.visit(addressFor(path, form));
    assert.equal(person.status, 200, `${path}: ${person.text}`);
    fillIn(person, form.typed);
    for (const name of Object.keys(secrets)) person.$(`main [name=${name}]`).attr('value', secret);
    return person;
  }

  /** @returns all rows that the forms could have written, without the row of `except` */
  async function written(except?: TestUser): Promise<Written> {
    const { knex } = portal.database;
    const users = (await knex('users').orderBy('id')) as Record<string, unknown>[];
    return {
      users: users.filter(({ id }) => id !== except?.id).map(({ last_sign_in_at: _at, ...user }) => user),
      rules: await knex('tenants').orderBy('id').select('own_rules'),
      approvals: await knex('approvals').orderBy('id'),
      grants: await knex('support_grants').orderBy('id'),
    };
  }

  function assertNoSecret(person: Person, typed: Typed): void {
    for (const body of person.bodies) assert.ok(!body.includes(secret), 'a secret is in a page');
    const texts = [secret, ...Object.values(typed).filter((each) => each.length > 12 && !each.includes('@'))];
    const logged = texts.filter((text) => portal.logged().includes(text));
    assert.deepEqual(logged, [], 'in the log');
  }

  /** Asserts that the page shows the typed values and that neither the pages nor the log contain secrets. */
  function assertShown(person: Person, typed: Typed): void {
    assert.deepEqual(shownIn(person, typed), typed);
    assertNoSecret(person, typed);
  }

  /** Submits an open form during an interruption, and asserts that its input is shown again afterwards. */
  async function assertReturnsAfterInterruption(person: Person, { typed }: KeptForm): Promise<void> {
    state.isBroken = true;
    await submitForm(person, typed);
    assert.deepEqual([person.status, person.headers['retry-after']], [503, '5']);
    person.sees('Your entries have been kept, except passwords, codes, and files.');
    await person.submit('Back to the form');
    assert.equal(person.status, 503);
    state.isBroken = false;
    await person.submit('Back to the form');
    assert.equal(person.status, 200);
    assertShown(person, typed);
  }

  const signedIn = (user: TestUser): Promise<Person> => aPerson(portal, english).signIn(user);
  return Object.assign(opened, {
    state,
    addressFor,
    openForm,
    written,
    assertShown,
    assertReturnsAfterInterruption,
    signedIn,
  });
}

/** Replaces the CSRF token of every form on the page with an invalid one. */
export const withoutToken = (person: Person): void => void person.$('input[name=_csrf]').attr('value', 'stale');
