import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ActivityEvent } from '../../src/domain/activity/event.ts';
import { person } from '../../src/domain/principal.ts';
import { createScope } from '../../src/domain/scope.ts';
import { effectiveRules, type TenantRules } from '../../src/domain/tenant-rules.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import {
  aTenantWithApprovals,
  approvalsPage,
  storedUser,
  usersPage,
  type ApprovalTenant,
} from '../support/approvals.ts';
import type { TestUser } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';
import { rounds } from '../support/rounds.ts';
import { postgres, skipWithout } from '../support/services.ts';

const two: TenantRules = { export: 'two' };
const rulesPage = '/account-settings/rules';
const added: ActivityEvent = { kind: 'user.added' };
type Row = Readonly<Record<string, unknown>>;
interface Situation {
  readonly rules?: TenantRules;
  readonly other?: Row;
  readonly third?: Row;
  /** Access granted within the last 30 days, as pairs of the granting administrator and the recipient. */
  readonly gave?: readonly (readonly ['requester' | 'other' | 'third', 'requester' | 'other' | 'third'])[];
}
const pending = { password: 'temporary' };
const gone = { state: 'blocked' };

/** Whether two Global admins can approve each other's requests, and whether `other` can be blocked. */
const situations: [label: string, situation: Situation, pair: boolean, spare: boolean][] = [
  ['three independent Global admins', {}, true, true],
  ['a third who has never signed in', { third: pending }, true, false],
  ['a third who is blocked', { third: gone }, true, false],
  ['a third who is a User management admin', { third: { administrator_level: 'userManagement' } }, true, false],
  ['a third who was added by the requester', { gave: [['requester', 'third']] }, true, false],
  ['a third who added the requester', { gave: [['third', 'requester']] }, true, false],
  ['only two, and the other has never signed in', { third: gone, other: pending }, false, true],
  ['only two, and one added the other', { third: gone, gave: [['requester', 'other']] }, false, true],
  [
    'three who were all given access by one of them',
    {
      gave: [
        ['requester', 'other'],
        ['requester', 'third'],
      ],
    },
    false,
    true,
  ],
  ['two, without rules that require approval', { rules: {}, third: gone }, true, true],
];

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `Global admins who can approve each other’s requests, on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
      const { database } = portal;
      const update = (user: TestUser, row: Row = {}) =>
        Object.keys(row).length > 0 && database.knex('users').where({ id: user.id }).update(row);

      async function aSituation({ rules = two, other, third, gave = [] }: Situation): Promise<ApprovalTenant> {
        const fixture = await aTenantWithApprovals(portal, rules);
        await update(fixture.other, other);
        await update(fixture.third, third);
        for (const [by, to] of gave) {
          const scope = createScope({ ...fixture.tenant.scope, principal: person(fixture[by]) });
          await activityStore.record(database, scope, added, fixture[to].id, portal.clock.now);
        }
        return fixture;
      }

      for (const [label, situation, pair, spare] of situations) {
        it(`another Global admin ${spare ? 'can' : 'cannot'} be blocked: ${label}`, async () => {
          const fixture = await aSituation(situation);
          const camille = await fixture.as(fixture.requester);
          await camille.visit(usersPage);
          const { status } = await camille.send('post', `${usersPage}/${fixture.other.id}/block`);
          const { state } = await storedUser(portal, fixture.other);
          assert.deepEqual([status, state], spare ? [303, 'blocked'] : [409, 'active']);
        });

        it(`two administrators ${pair ? 'can' : 'cannot'} be required, and the pages say so: ${label}`, async () => {
          const fixture = await aSituation(situation);
          const camille = await fixture.as(fixture.requester);
          await camille.visit('/dashboard');
          assert.equal(camille.body.includes('No one can approve requests'), !pair);
          await camille.visit(rulesPage);
          assert.equal(camille.body.includes('You can’t require two administrators yet.'), !pair);
          const label = 'Resetting a Global admin’s password or two-step verification';
          await camille.submit('Save', { [label]: 'two' });
          const { ownRules } = (await tenantsStore.findOwn(database, fixture.tenant.scope))!;
          assert.deepEqual([camille.status, ownRules.resetGlobalAdmin], pair ? [200, 'two'] : [409, undefined]);
        });
      }

      it('an administrator who has not chosen a password is not offered as an approver', async () => {
        const fixture = await aSituation({ other: pending, third: gone, rules: { giveGlobalAdmin: 'two' } });
        const camille = await fixture.as(fixture.requester);
        await camille.visit(`${approvalsPage}/new?act=giveGlobalAdmin&user=${fixture.plain.id}`);
        camille.sees('No one can approve this right now').doesNotSee('Noah Klein');
      });

      it(`only one of two Global admins is blocked by concurrent attempts to block both (${rounds} rounds)`, async () => {
        const { tenant, requester, other, third } = await aSituation({});
        const changes = createUserActions({ database, clock: () => portal.clock.now });
        const rules = effectiveRules(portal.config.rules, two);
        const scope = createScope({ ...tenant.scope, rules, principal: person(requester) });
        for (let round = 0; round < rounds; round++) {
          const results = await Promise.allSettled([changes.block(scope, other.id), changes.block(scope, third.id)]);
          const failures = results.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
          assert.deepEqual(failures, ['Failure: user.lastApprovers']);
          const states = await Promise.all([other, third].map((user) => storedUser(portal, user)));
          assert.deepEqual(states.map(({ state }) => state).sort(), ['active', 'blocked']);
          await database.knex('users').whereIn('id', [other.id, third.id]).update({ state: 'active' });
        }
      });
    },
  );
}
