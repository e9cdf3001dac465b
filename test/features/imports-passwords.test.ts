import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aUser } from '../support/builders.ts';
import { finishedImport, type FinishedImport, passwordsIn, people } from '../support/finished-import.ts';
import { plannedAddition } from '../support/import-scenarios.ts';
import { aStagedImport, importPath, usersPath } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as usersBatchStore from '../../src/core/accounts/stores/users.batch.store.ts';
import { passwordHashOf, passwordRowOf } from '../support/credentials.ts';

const english = { 'Accept-Language': 'en' };
const portal = await openPortal();
const download = 'Download passwords';

const aFinishedImport = () => finishedImport(portal);

async function opens(username: string, clearPassword: string): Promise<boolean> {
  return (await aPerson(portal, english).signIn({ username, clearPassword })).path === '/change-password';
}

const issued = async ({ tenant }: FinishedImport): Promise<Record<string, unknown>[]> =>
  portal.database.knex('activity').where({ tenant_id: tenant.id }).whereLike('kind', '%ssued').orderBy('place');

describe('the temporary passwords of an import', () => {
  it('are issued during the download, and must be changed after sign-in', async () => {
    const fixture = await aFinishedImport();
    const { admin, tenant } = fixture;
    admin.sees('7 new users can’t sign in yet');
    await admin.submit(download);
    assert.equal(admin.status, 200);
    const [mark, ...lines] = admin.body.trimEnd().split('\r\n');
    assert.equal(mark, '\uFEFFUser name,Display name,Temporary password,Expires');
    assert.equal(lines.length, people);
    assert.match(lines[3] ?? '', /,New 3,[A-Z2-9-]{24},2026-11-26T09:00:00Z$/);
    const passwords = passwordsIn(admin.body);
    assert.equal(new Set(passwords.values()).size, people);
    const [username, password] = [...passwords][3]!;
    assert.equal(await opens(username, password), true);
    const user = (await credentialsStore.findForSignInAcrossTenants(portal.database, username))!.user;
    assert.deepEqual(
      [(await passwordRowOf(portal.database, user.id)).set_by, user.temporaryUntil],
      ['Camille Laurent', Date.UTC(2026, 10, 26, 9)],
    );
    const events = await issued(fixture);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['users.passwordsIssued', ...Array.from({ length: people }, () => 'password.issued')],
    );
    assert.deepEqual(JSON.parse(String(events[0]?.data)), { count: people, principal: { kind: 'person' } });
    assert.equal((await activityStore.latestOfUser(portal.database, tenant.scope, user.id)).length > 1, true);
  });

  it('are sent as a file with headers that forbid caching', async () => {
    const { admin } = await aFinishedImport();
    await admin.submit(download);
    assert.equal(admin.headers['content-type'], 'text/csv; charset=utf-8');
    assert.equal(admin.headers['content-disposition'], 'attachment; filename=temporary-passwords.csv');
    assert.match(admin.headers['cache-control'] ?? '', /no-store/);
    assert.equal(admin.headers['referrer-policy'], 'no-referrer');
    assert.equal(admin.headers.etag, undefined);
  });

  it('can be downloaded once, after which the page shows the date, and submitting the form again returns no passwords', async () => {
    const fixture = await aFinishedImport();
    const { admin, address } = fixture;
    const before = await (await aPerson(portal, english).signIn(fixture.camille)).visit(address);
    await admin.submit(download);
    const kept = await portal.database.knex('users').where({ tenant_id: fixture.tenant.id }).orderBy('id');
    await before.submit(download);
    assert.equal(before.status, 410);
    before.sees('You downloaded the temporary passwords on November 23, 2026');
    await admin.visit(address);
    admin.sees('You can’t download them again');
    assert.equal(admin.$('form[action$=passwords]').length, 0);
    assert.deepEqual(await portal.database.knex('users').where({ tenant_id: fixture.tenant.id }).orderBy('id'), kept);
    assert.equal((await issued(fixture)).length, people + 1);
  });

  it('can be downloaded once even with concurrent requests', async () => {
    const fixture = await aFinishedImport();
    const asking = Array.from({ length: 8 }, () => fixture.admin.send('POST', `${fixture.address}/passwords`));
    const answers = await Promise.all(asking);
    const whole = answers.filter(({ status }) => status === 200);
    assert.equal(whole.length, 1);
    assert.ok(answers.every(({ status }) => [200, 409, 410].includes(status)));
    assert.equal(answers.filter(({ text }) => passwordsIn(text).size > 0).length, 1);
    const [username, password] = [...passwordsIn(whole[0]!.text)][0]!;
    assert.equal(await opens(username, password), true);
  });

  it('are not available to colleagues or visitors, or before the import has finished', async () => {
    const fixture = await aFinishedImport();
    const colleague = await aUser(portal, fixture.tenant, { administratorLevel: 'global' });
    const other = await aPerson(portal, english).signIn(colleague);
    assert.equal((await other.send('POST', `${fixture.address}/passwords`)).status, 404);
    const visitor = await aPerson(portal, english).visit('/sign-in');
    assert.equal((await visitor.send('POST', `${fixture.address}/passwords`)).headers.location, '/sign-in');
    const early = `${importPath}/${await aStagedImport(portal, fixture.tenant, fixture.camille, [plannedAddition(fixture.tenant, 50)])}`;
    assert.equal((await fixture.admin.send('POST', `${early}/passwords`)).status, 409);
    assert.equal((await fixture.admin.send('POST', `${fixture.address}/passwords`, {}, { csrf: 'x' })).status, 403);
    assert.equal((await issued(fixture)).length, 0);
  });

  it('are not issued to users who were blocked or deleted, or whose password was reset', async () => {
    const fixture = await aFinishedImport();
    const { admin, tenant } = fixture;
    const ids = (await usersBatchStore.listAfter(portal.database, tenant.scope, 'new')).filter(({ username }) =>
      username.startsWith('new'),
    );
    const [reset, blocked, deleted] = ids;
    await admin.send('POST', `${usersPath}/${reset!.id}/reset-password`, { epoch: '0' });
    await admin.send('POST', `${usersPath}/${blocked!.id}/block`);
    await admin.send('POST', `${usersPath}/${deleted!.id}/delete`);
    const hash = (id: string): Promise<string> => passwordHashOf(portal.database, id);
    const before = await Promise.all([reset!, blocked!, deleted!].map(({ id }) => hash(id)));
    await admin.visit(fixture.address);
    admin.sees('4 new users can’t sign in yet');
    await admin.submit(download);
    assert.equal(passwordsIn(admin.body).size, 4);
    assert.deepEqual(await Promise.all([reset!, blocked!, deleted!].map(({ id }) => hash(id))), before);
  });

  it('are issued to a user who became a Global admin only if a Global admin requests them', async () => {
    for (const [administratorLevel, expected] of [
      ['userManagement', people - 1],
      ['global', people],
    ] as const) {
      const { tenant, camille, admin } = await aFinishedImport();
      const [promoted] = await usersBatchStore.listAfter(portal.database, tenant.scope, 'new');
      await usersStore.update(portal.database, tenant.scope, promoted!.id, {
        ...promoted!,
        administratorLevel: 'global',
      });
      await usersStore.update(portal.database, tenant.scope, camille.id, { ...camille, administratorLevel });
      await admin.submit(download);
      assert.equal(passwordsIn(admin.body).size, expected);
      assert.equal(passwordsIn(admin.body).has(promoted!.username), administratorLevel === 'global');
    }
  });

  it('are not available if every user has received another password since the import', async () => {
    const fixture = await aFinishedImport();
    await portal.database.knex('users').where({ tenant_id: fixture.tenant.id }).update({ epoch: 5 });
    await fixture.admin.signIn(fixture.camille);
    assert.equal((await fixture.admin.send('POST', `${fixture.address}/passwords`)).status, 410);
    (await fixture.admin.visit(fixture.address)).sees('No new users from this import need sign-in details');
  });
});
