import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenantWithApprovals, activityKindsOf, usersPage, type ApprovalTenant } from '../support/approvals.ts';
import { aUser } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `a stale user form when promotion to Global admin requires approval, on ${dialect}`,
    {
      skip: skipWithout('postgres', server),
    },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
      const stored = ({ tenant }: ApprovalTenant, { id }: { id: string }) =>
        usersStore.find(portal.database, tenant.scope, id);

      it('requests no approval for a level that the administrator did not change', async () => {
        const fixture = await aTenantWithApprovals(portal);
        const target = await aUser(portal, fixture.tenant, {
          displayName: 'Anne Martin',
          administratorLevel: 'global',
        });
        const [camille, noah] = [await fixture.as(fixture.requester), await fixture.as(fixture.other)];
        await camille.visit(`${usersPage}/${target.id}`);
        await noah.visit(`${usersPage}/${target.id}`);
        await noah.submit('Save', { 'Administrator level': 'none' });
        await camille.submit('Save', { 'First name': 'Anna' });
        assert.equal(camille.path, `${usersPage}/${target.id}`);
        const now = await stored(fixture, target);
        assert.deepEqual([now?.administratorLevel, now?.firstName], ['none', 'Anna']);
        assert.ok(!(await activityKindsOf(portal, fixture.tenant)).includes('approval.asked'));
      });

      it('requests approval for the chosen level and saves the other fields along with concurrent changes', async () => {
        const fixture = await aTenantWithApprovals(portal);
        const [camille, noah] = [await fixture.as(fixture.requester), await fixture.as(fixture.other)];
        await camille.visit(`${usersPage}/${fixture.plain.id}`);
        await noah.visit(`${usersPage}/${fixture.plain.id}`);
        await noah.submit('Save', { 'First name': 'Zo', 'Agent level': 'sales' });
        await camille.submit('Save', { 'Last name': 'Blanc', 'Administrator level': 'global' });
        camille.sees('Your other changes were saved.').sees('Make Zoé Besson a Global admin');
        const now = await stored(fixture, fixture.plain);
        assert.deepEqual(
          [now?.firstName, now?.lastName, now?.agentLevel, now?.administratorLevel],
          ['Zo', 'Blanc', 'sales', 'none'],
        );
      });

      it('requests no approval before a conflict is resolved', async () => {
        const fixture = await aTenantWithApprovals(portal);
        const [camille, noah] = [await fixture.as(fixture.requester), await fixture.as(fixture.other)];
        await camille.visit(`${usersPage}/${fixture.plain.id}`);
        await noah.visit(`${usersPage}/${fixture.plain.id}`);
        await noah.submit('Save', { 'Administrator level': 'billing' });
        await camille.submit('Save', { 'Administrator level': 'global' });
        assert.equal(camille.status, 409);
        assert.equal((await stored(fixture, fixture.plain))?.administratorLevel, 'billing');
        await camille.submit('Save');
        camille.sees('Make Zoé Besson a Global admin');
      });

      it('requests no approval if the user has been promoted in the meantime', async () => {
        const fixture = await aTenantWithApprovals(portal);
        const camille = await fixture.as(fixture.requester);
        await camille.visit(`${usersPage}/${fixture.plain.id}`);
        await usersStore.update(portal.database, fixture.tenant.scope, fixture.plain.id, {
          administratorLevel: 'global',
        });
        await camille.submit('Save', { 'Administrator level': 'global' });
        assert.equal(camille.path, `${usersPage}/${fixture.plain.id}`);
        camille.sees('were saved.');
      });
    },
  );
}
