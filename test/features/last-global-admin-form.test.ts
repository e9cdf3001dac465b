import assert from 'node:assert/strict';
import { it } from 'node:test';
import { userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { shownIn } from '../support/kept-input.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { english } from '../support/second-factor.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const portal = await openPortal();

it('input is kept if a change would leave no active Global admin', async () => {
  const lonely = await aTenant(portal, { language: 'en' });
  const add = (displayName: string) =>
    aUser(portal, lonely, { displayName, administratorLevel: 'global', language: 'en' });
  const [actor, other] = [await add('Camille Laurent'), await add('Noah Klein')];
  // The actor is checked under the same lock, so only a change within the transaction can cause this conflict.
  await portal.database.knex.raw(`
    create trigger lose_the_actor after update of administrator_level on users when new.id = '${other.id}'
    begin update users set state = 'blocked' where id = '${actor.id}'; end`);
  const person = await aPerson(portal, english).signIn(actor);
  await person.visit(userPath(other.id));
  await person.submit('Save', { 'First name': 'Noa', 'Administrator level': 'none' });
  assert.equal(person.status, 409);
  person.sees('Your organization must keep at least one active Global admin.');
  const kept = { firstName: 'Noa', administratorLevel: 'none' };
  assert.deepEqual(shownIn(person, kept), kept);
  assert.equal(person.$('#administratorLevel').attr('aria-invalid'), 'true');
  assert.equal((await usersStore.find(portal.database, lonely.scope, other.id))?.firstName, 'Noah');
});
