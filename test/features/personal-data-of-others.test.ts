import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const list = '/account-settings/user-management';
const portal = await openPortal({ environment: { TRUST_PROXY: '1' } });
const tenant = await aTenant(portal, { language: 'en' });
const from = (address: string) => ({ 'Accept-Language': 'en', 'X-Forwarded-For': address });
const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });
const admin = await aPerson(portal, from('192.0.2.1')).signIn(camille);

interface File {
  readonly account: Record<string, unknown>;
  readonly activityAboutMe: Record<string, unknown>[];
}
const exportsOf = ({ id }: { id: string }): Promise<object[]> =>
  portal.database.knex('activity').where({ target_id: id, kind: 'user.dataExported' });

describe("a user's personal data, as seen by an administrator", async () => {
  const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
  await aPerson(portal, from('198.51.100.11')).signIn(zoe);

  it('is shown on request, and every request is recorded', async () => {
    await admin.visit(`${list}/${zoe.id}`);
    await admin.follow('Personal data');
    admin.sees('Zoé Besson').sees('The activity log records each time').doesNotSee('198.51.100.11');
    assert.deepEqual(await exportsOf(zoe), []);
    await admin.submit('View data');
    admin.sees('198.51.100.11').sees(zoe.username);
    assert.equal((await exportsOf(zoe)).length, 1);
    await admin.submit('Download as JSON');
    const file = JSON.parse(admin.body) as File;
    assert.equal(file.account.username, zoe.username);
    assert.equal((await exportsOf(zoe)).length, 2);
    assert.match(JSON.stringify(file.activityAboutMe), /user\.dataExported/);
  });

  it('is available for a deleted user', async () => {
    const gone = await aUser(portal, tenant, {
      displayName: 'Paul Gone',
      state: 'deleted',
      deletedAt: portal.clock.now,
    });
    await admin.visit(`${list}/${gone.id}/data`);
    await admin.submit('View data');
    admin.sees('Paul Gone').sees('Deleted');
    await admin.submit('Download as JSON');
    assert.equal((JSON.parse(admin.body) as File).account.status, 'deleted');
  });

  it('can be read only by administrators who could change the account', async () => {
    const userAdmin = await aUser(portal, tenant, { administratorLevel: 'userManagement' });
    const colleague = await aUser(portal, tenant, { administratorLevel: 'userManagement' });
    const reader = await aPerson(portal, from('192.0.2.4')).signIn(userAdmin);
    const requests = [
      ['GET', 'data'],
      ['POST', 'data'],
      ['POST', 'data.json'],
    ] as const;
    for (const [label, user, status] of [
      ['a Global admin', camille, 403],
      ['a colleague', colleague, 200],
      ['the reader', userAdmin, 200],
      ['a user', zoe, 200],
    ] as const) {
      const before = (await exportsOf(user)).length;
      for (const [method, page] of requests)
        assert.equal((await reader.send(method, `${list}/${user.id}/${page}`)).status, status, `${label}: ${page}`);
      const isRecorded = status === 200 && user !== userAdmin;
      assert.equal((await exportsOf(user)).length - before, isRecorded ? 2 : 0, label);
    }
    await reader.visit(`${list}/${camille.id}`);
    reader.doesNotSee('Personal data');
    await reader.visit(`${list}/${zoe.id}`);
    reader.sees('Personal data');
  });

  it('is rate-limited', async () => {
    const busy = await aPerson(portal, from('192.0.2.3')).signIn(
      await aUser(portal, tenant, { administratorLevel: 'global' }),
    );
    const answers = [];
    for (let each = 0; each < 31; each++) answers.push(await busy.send('POST', `${list}/${zoe.id}/data.json`));
    assert.equal(answers.at(-1)?.status, 429);
    assert.ok(Number(answers.at(-1)?.headers['retry-after']) > 0);
  });
});
