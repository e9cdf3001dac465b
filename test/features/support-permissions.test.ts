import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { supportLevels } from '../../src/domain/support.ts';
import { paths } from '../../src/site/http/paths.ts';
import { aUser } from '../support/builders.ts';
import { anOperator, aSupportedTenant, english, enterPath, grantSupport } from '../support/operators.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const users = '/account-settings/user-management';
const portal = await openPortal();
const ada = await anOperator(portal);

/** Requests that affect only the operator's own session and browser, allowed at every level. */
const ownPosts: string[] = [paths.language, paths.theme, paths.signOut, paths.leaveSupport, paths.enterSupport];
const manageable: string[] = [
  ...[paths.newUser, paths.user, paths.blockUser, paths.unblockUser, paths.endUserSessions, paths.deleteUser],
  ...[paths.restoreUser, paths.resetPassword, paths.bulkUsers, paths.bulkReset],
];
const readable: string[] = [
  ...[
    paths.dashboard,
    paths.accountSettings,
    paths.rules,
    paths.responsibilities,
    paths.users,
    paths.user,
    paths.activityLog,
  ],
];

async function visited(level: 'look' | 'manage') {
  const supported = await aSupportedTenant(portal, `Visited ${level}`);
  const zoe = await aUser(portal, supported.tenant, { displayName: 'Zoé Besson' });
  const gone = await aUser(portal, supported.tenant, { state: 'deleted', deletedAt: portal.clock.now });
  const operator = await aPerson(portal, english).signIn(ada);
  await operator.send('POST', enterPath(await grantSupport(portal, supported, ada, { level })));
  await operator.visit('/dashboard');
  return { ...supported, zoe, gone, operator };
}

/** Everything in a tenant that an operator could change, except the activity log. */
async function stateOf(tenantId: string): Promise<unknown> {
  const { knex } = portal.database;
  const own = { tenant_id: tenantId };
  const {
    activity_length: _,
    activity_hash: __,
    ...tenant
  } = ((await knex('tenants').where({ id: tenantId }).first()) ?? {}) as Record<string, unknown>;
  return [
    tenant,
    await knex('users').where(own).orderBy('id'),
    await knex('support_grants').where(own),
    await knex('imports').where(own),
  ];
}

describe('an operator in a support session', () => {
  for (const level of supportLevels) {
    it(`can open exactly the pages of level ${level}, and gets an explanation on all other pages`, async () => {
      const { operator, zoe, tenant } = await visited(level);
      const before = await stateOf(tenant.id);
      for (const { path, access } of portal.routes.filter((route) => route.method === 'get')) {
        if (access === 'anyone' || access.startsWith('pending')) continue;
        const query = path === paths.bulkUsers ? `?action=block&user=${zoe.id}` : '';
        const address = path.replace(':userId', zoe.id).replace(/:\w+/, randomUUID()) + query;
        const { status, text } = await operator.send('GET', address);
        const open =
          readable.includes(path) ||
          (level === 'manage' && /new$|deleted$|reset-password$|delete$|bulk/.test(path) && path !== paths.newApproval);
        assert.equal(status === 403, !open, `${path}: ${status}`);
        if (!open) assert.match(text, /Support access never covers/);
      }
      assert.deepEqual(await stateOf(tenant.id), before);
    });

    it(`can submit only the forms of level ${level}`, async () => {
      const { operator, zoe, gone, tenant, camille } = await visited(level);
      const before = await stateOf(tenant.id);
      const closed = portal.routes.filter(
        ({ method, path, access }) =>
          method === 'post' &&
          !['anyone', 'pendingChange', 'pendingCode'].includes(access) &&
          ![...ownPosts, ...(level === 'manage' ? manageable : [])].includes(path),
      );
      assert.ok(closed.length > 8, String(closed.length));
      for (const { path } of closed) {
        const address = path
          .replace(':userId', path === paths.eraseUser ? gone.id : zoe.id)
          .replace(/:\w+/, randomUUID());
        const fields = { administratorLevel: 'global', operator: ada.id, purpose: 'p', hours: '9' };
        const { status, text } = await operator.send('POST', address, {
          ...{ epoch: '0', session: 'others', action: 'block', user: zoe.id },
          ...fields,
        });
        assert.equal(status, 403, path);
        assert.match(text, /Support access never covers/, path);
      }
      assert.deepEqual(await stateOf(tenant.id), before);
      assert.equal(camille.administratorLevel, 'global');
    });
  }

  it('can manage users without a level, but neither administrators nor levels', async () => {
    const { operator, zoe, camille, tenant } = await visited('manage');
    const noah = await aUser(portal, tenant, { administratorLevel: 'userManagement' });
    for (const verb of ['block', 'unblock', 'end-sessions', 'delete', 'reset-password']) {
      for (const target of [camille, noah]) {
        const { status } = await operator.send('POST', `${users}/${target.id}/${verb}`, { epoch: '0' });
        assert.equal(status, 403, `${verb} ${target.administratorLevel}`);
      }
    }
    const facts = { firstName: 'Z', lastName: 'B', displayName: 'Zoé B' };
    for (const [setting, level] of [
      ['administratorLevel', 'billing'],
      ['administratorLevel', 'global'],
      ['agentLevel', 'sales'],
    ] as const) {
      const changed = { ...facts, [setting]: level };
      assert.equal((await operator.send('POST', `${users}/${zoe.id}`, changed)).status, 403);
      const newcomer = { ...changed, username: `new@${tenant.domain}` };
      assert.equal((await operator.send('POST', `${users}/new`, newcomer)).status, 403);
    }
    const after = await usersStore.findMany(portal.database, tenant.scope, [camille.id, noah.id, zoe.id], 'present');
    assert.ok(after.every(({ epoch, state }) => epoch === 0 && state === 'active'));
    await operator.send('POST', `${users}/bulk`, { action: 'block', user: noah.id });
    assert.equal((await usersStore.find(portal.database, tenant.scope, noah.id))?.state, 'active');
    await operator.visit(`${users}/${zoe.id}/reset-password`);
    await operator.submit('Reset password');
    operator.sees('Email is being sent');
    assert.doesNotMatch(operator.text, /\w{4}-\w{4}-\w{4}-\w{4}-\w{4}/, 'the operator does not see the password');
    const newcomer = { ...facts, username: `later@${tenant.domain}` };
    const added = await operator.send('POST', `${users}/new`, newcomer);
    assert.match(added.text, /Email is being sent/);
    assert.doesNotMatch(added.text, /[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}/);
    operator.sees('Support session');
  });

  it('is offered no links or forms that would be rejected', async () => {
    const { operator, zoe } = await visited('look');
    for (const path of [...readable.filter((each) => !each.includes(':')), `${users}/${zoe.id}`]) {
      await operator.visit(path);
      const forms = operator
        .$('form[method=post]')
        .toArray()
        .map((form) => operator.$(form).attr('action') ?? '');
      assert.deepEqual(
        forms.filter((action) => !ownPosts.includes(action)),
        [],
        path,
      );
      const links = operator
        .$('a[href^="/"]')
        .toArray()
        .map((link) => operator.$(link).attr('href') ?? '');
      for (const href of new Set(links))
        assert.notEqual((await operator.send('GET', href)).status, 403, `${path} ${href}`);
    }
  });
});
