import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ActivityEvent } from '../../src/domain/activity/event.ts';
import { createScope } from '../../src/domain/scope.ts';
import {
  aTenantWithApprovals,
  approvalsPage,
  hourMs,
  usersPage,
  storedUser,
  type ApprovalTenant,
} from '../support/approvals.ts';
import { aUser, type TestUser } from '../support/builders.ts';
import type { Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { person } from '../../src/domain/principal.ts';

const added: ActivityEvent = { kind: 'user.added' };
const lowered: ActivityEvent = {
  kind: 'user.edited',
  changes: [{ field: 'administratorLevel', from: 'userManagement', to: 'none' }],
};

type Who = 'requester' | 'other' | 'third' | 'manager';
/**
 * Each case: the events that are logged before the manager deletes two users (the limit), and whether `other`
 * may then delete another user without approval.
 */
const cases: [label: string, events: readonly (readonly [by: Who, event: ActivityEvent, to: Who])[], may: boolean][] = [
  ['there is no other history', [], true],
  ['the other administrator added the manager', [['other', added, 'manager']], false],
  ['the manager added the other administrator', [['manager', added, 'other']], false],
  [
    'a third administrator added both',
    [
      ['requester', added, 'manager'],
      ['requester', added, 'other'],
    ],
    false,
  ],
  [
    'the other administrator added a user who then added the manager',
    [
      ['other', added, 'third'],
      ['third', added, 'manager'],
    ],
    false,
  ],
  ['a third administrator added the manager', [['third', added, 'manager']], true],
  ["the other administrator only lowered the manager's level", [['other', lowered, 'manager']], true],
];

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `the daily limit on deletions without approval, on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});

      async function recordEvent(fixture: ApprovalTenant, [by, event, to]: (typeof cases)[0][1][0]): Promise<void> {
        const scope = createScope({ ...fixture.tenant.scope, principal: person(fixture[by]) });
        portal.clock.now += 1;
        await activityStore.record(portal.database, scope, event, fixture[to].id, portal.clock.now);
      }

      async function deleteUser(person: Person, { tenant }: ApprovalTenant): Promise<TestUser & { location: string }> {
        const user = await aUser(portal, tenant);
        const { headers } = await person.send('post', `${usersPage}/${user.id}/delete`);
        return { ...user, location: headers.location ?? '' };
      }

      for (const [label, events, may] of cases) {
        it(`a second administrator ${may ? 'may' : 'may not'} delete another user when ${label}`, async () => {
          const fixture = await aTenantWithApprovals(portal);
          for (const event of events) await recordEvent(fixture, event);
          const ada = await fixture.as(fixture.manager);
          for (const _ of [1, 2]) assert.equal((await deleteUser(ada, fixture)).location, usersPage);
          const noah = await fixture.as(fixture.other);
          const { id, location } = await deleteUser(noah, fixture);
          assert.equal(location, may ? usersPage : `${approvalsPage}/new?act=delete&user=${id}`);
          assert.equal((await storedUser(portal, { id })).state, may ? 'deleted' : 'active');
        });
      }

      it('deletions by a colleague count toward the limit for 24 hours, even if the colleague is blocked afterwards', async () => {
        const fixture = await aTenantWithApprovals(portal);
        await recordEvent(fixture, ['other', added, 'manager']);
        const ada = await fixture.as(fixture.manager);
        for (const _ of [1, 2]) await deleteUser(ada, fixture);
        const noah = await fixture.as(fixture.other);
        await noah.send('post', `${usersPage}/${fixture.manager.id}/block`);
        assert.match((await deleteUser(noah, fixture)).location, /approvals/);
        portal.clock.now += 24 * hourMs;
        const later = await fixture.as(fixture.other);
        assert.equal((await deleteUser(later, fixture)).location, usersPage);
      });
    },
  );
}
