import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser, goodPassword, type TestUser } from '../support/builders.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { methods, spellings } from '../support/spellings.ts';
import { sendRaw, type RawResponse } from '../support/responses.ts';
import { userRowOf } from '../support/credentials.ts';

const english = { 'Accept-Language': 'en' };
const open = new Set(['/change-password', '/sign-out', '/language', '/theme', '/region']);

const usersOf = (portal: Portal): Promise<unknown[]> => portal.database.knex('users').orderBy('id').select();

describe('a session that must change its temporary password', async () => {
  const portal = await openPortal();
  const origin = await portal.listen();
  const tenant = await aTenant(portal, { language: 'en' });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
  // An administrator with every permission, so that only the pending password change restricts the session.
  const zoe = await aUser(portal, tenant, { administratorLevel: 'global', password: 'temporary' });

  const addresses = [...new Set(portal.routes.map(({ path }) => path)), '/nonsense', '/account-settings/activity-log'];
  const filled = (path: string): string => path.replace(':userId', camille.id).replace(':token', 'a'.repeat(43));

  const everyField = {
    ...{ username: camille.username, password: goodPassword, currentPassword: zoe.clearPassword },
    ...{ newPassword: '', confirmPassword: '', epoch: '0', returnTo: '/dashboard', language: 'xx', theme: 'xx' },
  };

  async function send(person: Person, method: string, path: string): Promise<RawResponse> {
    const headers = { Cookie: person.cookies(), 'Content-Type': 'application/x-www-form-urlencoded' };
    const form = new URLSearchParams({ _csrf: person.csrf, ...everyField }).toString();
    const hasNoBody = ['GET', 'HEAD', 'OPTIONS'].includes(method);
    return sendRaw(origin, path, { method, headers, ...(hasNoBody ? {} : { body: form }) });
  }

  it('is tested with more than twelve paths', () => {
    assert.ok(addresses.length > 12);
  });

  for (const path of addresses) {
    it(`${path} ${open.has(path) ? 'is reachable, but not in any other spelling' : 'redirects to the password change in every spelling'}`, async () => {
      const person = await aPerson(portal, english).signIn(zoe);
      const before = await usersOf(portal);
      for (const [, spell] of spellings) {
        for (const method of methods) {
          const address = spell(filled(path));
          const exact = [path, `${path}?to=/change-password`, `http://localhost${path}`].includes(address);
          // Tested separately below, because signing out would end the session.
          if (path === '/sign-out' && method === 'POST' && exact) continue;
          const { status, headers } = await send(person, method, address);
          if (open.has(path) && exact)
            assert.ok([200, 400, 405, 422].includes(status), `${method} ${address}: ${status}`);
          else assert.deepEqual([status, headers.location], [303, '/change-password'], `${method} ${address}`);
        }
      }
      assert.deepEqual(await usersOf(portal), before);
    });
  }

  it('can request health checks and static files, and nothing else outside the allowed pages', async () => {
    const person = await aPerson(portal, english).signIn(zoe);
    const stylesheet = person.$('link[rel=stylesheet]').attr('href') ?? '';
    for (const path of ['/healthz', '/readyz', stylesheet])
      assert.equal((await send(person, 'GET', path)).status, 200, path);
    assert.equal((await send(person, 'GET', '/assets/../dashboard')).headers.location, '/change-password');
  });

  it('can sign out', async () => {
    const person = await aPerson(portal, english).signIn(zoe);
    await person.submit('Sign out');
    assert.equal(person.path, '/sign-in');
    assert.equal((await person.visit('/change-password')).path, '/sign-in');
  });

  it('can change the language and theme without leaving the password change', async () => {
    const person = await aPerson(portal, english).signIn(zoe);
    await person.submit('Français');
    assert.equal(person.path, '/change-password');
    person.sees('Choisissez un nouveau mot de passe');
    await person.submit('Sombre');
    assert.equal(person.path, '/change-password');
    const answer = await person.send('POST', '/language', { language: 'en', returnTo: '/dashboard', password: 'own' });
    assert.equal(answer.headers.location, '/dashboard');
    assert.equal((await person.visit('/dashboard')).path, '/change-password');
  });

  it('shows who issued the temporary password', async () => {
    const operators = await aUser(portal, tenant, { password: 'temporary' });
    const admins = await aUser(portal, tenant, { password: 'temporary', passwordSetBy: 'Camille <b>Laurent' });
    (await aPerson(portal, english).signIn(operators)).sees('The portal operator gave you a temporary password');
    (await aPerson(portal, english).signIn(admins)).sees('Camille <b>Laurent gave you a temporary password on');
  });
});

describe('unexpected fields in the form for the forced password change', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { language: 'en' });
  const neighbour = await aUser(portal, tenant, { administratorLevel: 'global' });
  const extra: Readonly<Record<string, string>> = {
    ...{ password: 'own', 'password[]': 'own', mustChange: 'false', state: 'active', status: 'active' },
    ...{ temporaryUntil: '', temporary_until: '', epoch: '99', id: neighbour.id, userId: neighbour.id },
    ...{ username: neighbour.username, tenantId: 'another', tenant_id: 'another', password_hash: 'x' },
    ...{ administratorLevel: 'global', administrator_level: 'global', agentLevel: 'admin', 'user[password]': 'own' },
    ...{ '__proto__[polluted]': 'yes', '__proto__.polluted': 'yes', 'constructor[prototype][polluted]': 'yes' },
  };
  const rowOf = ({ id }: TestUser) => userRowOf(portal.database, id);
  const fieldsWith = (newPassword: string) => ({ ...extra, newPassword, confirmPassword: newPassword });

  it('have no effect when the new password is rejected', async () => {
    const zoe = await aUser(portal, tenant, { password: 'temporary' });
    const person = await aPerson(portal, english).signIn(zoe);
    const before = await usersOf(portal);
    for (const path of ['/change-password', '/language', '/theme']) {
      const answer = await person.send('POST', path, fieldsWith(''));
      assert.ok([400, 422].includes(answer.status), `${path}: ${answer.status}`);
    }
    assert.deepEqual(await usersOf(portal), before);
    assert.equal((await person.visit('/dashboard')).path, '/change-password');
  });

  it('have no effect when the new password is accepted', async () => {
    const zoe = await aUser(portal, tenant, { password: 'temporary' });
    const person = await aPerson(portal, english).signIn(zoe);
    const [before, theirs] = [await rowOf(zoe), await rowOf(neighbour)];
    const answer = await person.send('POST', '/change-password', fieldsWith(goodPassword));
    assert.equal(answer.headers.location, '/dashboard');
    const { password_hash: _, ...after } = await rowOf(zoe);
    const { password_hash: __, ...was } = before;
    assert.deepEqual(after, { ...was, password: 'own', temporary_until: null, epoch: zoe.epoch + 1 });
    assert.deepEqual(await rowOf(neighbour), theirs);
    assert.equal(({} as { polluted?: string }).polluted, undefined);
  });
});
