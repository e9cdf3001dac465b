import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ActivityEvent } from '../../src/domain/activity/event.ts';
import { person } from '../../src/domain/principal.ts';
import { createScope } from '../../src/domain/scope.ts';
import type { TenantRules } from '../../src/domain/tenant-rules.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import {
  aPendingRequest,
  aTenantWithApprovals,
  everyApprovalRule,
  storedUser,
  usersPage,
  type ApprovalTenant,
} from '../support/approvals.ts';
import { anOperator, english, enterPath, grantSupport } from '../support/operators.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { aSecondFactorUser } from '../support/second-factor.ts';
import { dialectsOfRun } from '../support/dialects.ts';

const strict: TenantRules = { ...everyApprovalRule, deleteMoreThan: 20, administratorsManagedBy: 'globalAdmins' };

interface Attempt {
  readonly portal: Portal;
  readonly fixture: ApprovalTenant;
  readonly camille: Person;
  /** Submits a form that acts on `third`. */
  readonly post: (action: string, fields?: Readonly<Record<string, string>>) => Promise<{ status: number }>;
  readonly setLevel: (level: string) => Promise<unknown>;
}

const inOrder = async (...steps: (() => Promise<unknown>)[]) => {
  for (const step of steps) await step();
};
const resets = ({ post, camille, fixture }: Attempt) => [
  ...['0', '1', '2'].map((epoch) => () => post('/reset-password', { epoch })),
  () => camille.send('post', `${usersPage}/bulk/reset-password`, { target: `${fixture.third.id}.2` }),
  () => post('/remove-second-factor'),
];

/** Attempts by a single administrator to gain access to the account of a Global admin. */
const takeovers: [label: string, run: (attempt: Attempt) => Promise<unknown>][] = [
  ['resetting the password', (the) => inOrder(...resets(the))],
  ['blocking first', (the) => inOrder(() => the.post('/block'), ...resets(the))],
  [
    'blocking, removing the level and unblocking first',
    (the) =>
      inOrder(
        () => the.post('/block'),
        () => the.setLevel('none'),
        () => the.post('/unblock'),
        ...resets(the),
      ),
  ],
  [
    'removing the level and giving a lower one first',
    (the) =>
      inOrder(
        () => the.setLevel('none'),
        () => the.setLevel('userManagement'),
        ...resets(the),
      ),
  ],
  [
    'removing the level, deleting and restoring first',
    (the) =>
      inOrder(
        () => the.setLevel('none'),
        () => the.post('/delete'),
        () => the.post('/restore'),
        ...resets(the),
      ),
  ],
  [
    'deleting and restoring first',
    (the) =>
      inOrder(
        () => the.post('/delete'),
        () => the.post('/restore'),
        ...resets(the),
      ),
  ],
  [
    'removing the level, and letting an operator with support access reset the password',
    async (the) => {
      await the.setLevel('none');
      const { portal, fixture } = the;
      const ada = await anOperator(portal);
      const supported = { tenant: fixture.tenant, camille: fixture.requester, admin: the.camille };
      const operator = await aPerson(portal, english).signIn(ada);
      await operator.send('POST', enterPath(await grantSupport(portal, supported, ada, { level: 'manage' })));
      await operator.visit(usersPage);
      await operator.send('POST', `${usersPage}/${fixture.third.id}/reset-password`, { epoch: '0' });
    },
  ],
];

const relaxations: [label: string, field: string, value: string][] = [
  ['a password reset by one administrator', 'Resetting a Global admin’s password or two-step verification', ''],
  ['the level given by one administrator', 'Assigning the Global admin role or restoring a Global admin', ''],
  ['exports by one administrator', 'Exporting users or the activity log', ''],
  ['deletions by one administrator', 'Exceeding the daily deletion limit', ''],
  ['more deletions by one administrator', 'Daily deletion limit per administrator', '21'],
  ['more administrators who can approve', 'Administrators who can manage other administrators', ''],
];

for (const { dialect, databaseUrl, skip } of await dialectsOfRun()) {
  describe(`one administrator where two are required, on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const portal = await openPortal(databaseUrl ? { databaseUrl } : {});

    async function anAttempt(): Promise<Attempt> {
      const fixture = await aTenantWithApprovals(portal, strict);
      const camille = await fixture.as(fixture.requester);
      const page = `${usersPage}/${fixture.third.id}`;
      await camille.visit(usersPage);
      return {
        ...{ portal, fixture, camille },
        post: (action, fields) => camille.send('post', `${page}${action}`, fields),
        setLevel: (level) => camille.visit(page).then(() => camille.submit('Save', { 'Administrator level': level })),
      };
    }

    for (const [label, run] of takeovers) {
      it(`cannot take over a Global admin's account by ${label}`, async () => {
        const attempt = await anAttempt();
        const { third } = attempt.fixture;
        await aSecondFactorUser(portal, third);
        const before = await storedUser(portal, third);
        await run(attempt);
        const { password_hash: hash, second_factor_at: factor, password } = await storedUser(portal, third);
        assert.deepEqual([hash, factor, password], [before.password_hash, before.second_factor_at, 'own']);
      });
    }

    for (const [label, field, value] of relaxations) {
      it(`cannot allow ${label}`, async () => {
        const { camille, fixture } = await anAttempt();
        await camille.visit('/account-settings/rules');
        await camille.submit('Save', { [field]: value });
        camille.sees('for some actions, including removing that requirement.');
        assert.deepEqual((await tenantsStore.findOwn(portal.database, fixture.tenant.scope))?.ownRules, strict);
      });
    }

    it('cannot approve through an account whose creator was deleted and erased', async () => {
      const { fixture, camille } = await anAttempt();
      const address = await aPendingRequest(fixture);
      const by = (user: Parameters<typeof person>[0], event: ActivityEvent, to: { id: string }) => {
        portal.clock.now += 1;
        const scope = createScope({ ...fixture.tenant.scope, principal: person(user) });
        return activityStore.record(portal.database, scope, event, to.id, portal.clock.now);
      };
      await by(fixture.requester, { kind: 'user.added' }, fixture.manager);
      await by(fixture.manager, { kind: 'user.added' }, fixture.other);
      for (const step of ['delete', 'erase'])
        await camille.send('post', `${usersPage}/${fixture.manager.id}/${step}`, { confirm: 'yes' });
      const left = await portal.database.knex('users').where({ id: fixture.manager.id });
      assert.equal(left.length, 0);
      const noah = await fixture.as(fixture.other);
      assert.equal(
        (await noah.visit(address).then(() => noah.send('post', address, { move: 'confirmed' }))).status,
        403,
      );
    });

    it('can change neither the user name of an account nor their own level', async () => {
      const { fixture, camille } = await anAttempt();
      const save = async ({ id }: { id: string }, fields: Readonly<Record<string, string>>) => {
        await camille.visit(`${usersPage}/${id}`);
        const hidden = camille.$('form.form input[type=hidden]').toArray();
        const shown = hidden.map((each) => [camille.$(each).attr('name'), camille.$(each).attr('value')]);
        const names = { firstName: 'I', lastName: 'H', displayName: 'I H', language: 'en', agentLevel: 'none' };
        const levels = { 'shown.administratorLevel': 'global', 'shown.agentLevel': 'none' };
        const form = { ...Object.fromEntries(shown), ...levels, ...names, ...fields } as Record<string, string>;
        return camille.send('post', `${usersPage}/${id}`, form);
      };
      await save(fixture.third, { administratorLevel: 'global', username: `x@${fixture.tenant.domain}` });
      const { username, display_name: name } = await storedUser(portal, fixture.third);
      assert.deepEqual([username, name], [fixture.third.username, 'I H']);
      assert.equal((await save(fixture.requester, { administratorLevel: 'none' })).status, 403);
      assert.equal((await storedUser(portal, fixture.requester)).administrator_level, 'global');
    });
  });
}
