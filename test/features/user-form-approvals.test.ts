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
    `where two administrators give the level Global admin, an older page of a user, on ${dialect}`,
    {
      skip: skipWithout('postgres', server),
    },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
      const stored = ({ tenant }: ApprovalTenant, { id }: { id: string }) =>
        usersStore.find(portal.database, tenant.scope, id);

      it('asks for no level that its reader did not change', async () => {
        const company = await aTenantWithApprovals(portal);
        const target = await aUser(portal, company.tenant, {
          displayName: 'Anne Martin',
          administratorLevel: 'global',
        });
        const [camille, noah] = [await company.as(company.asker), await company.as(company.other)];
        await camille.visit(`${usersPage}/${target.id}`);
        await noah.visit(`${usersPage}/${target.id}`);
        await noah.submit('Save', { 'Administrator level': 'none' });
        await camille.submit('Save', { 'First name': 'Anna' });
        assert.equal(camille.path, `${usersPage}/${target.id}`);
        const now = await stored(company, target);
        assert.deepEqual([now?.administratorLevel, now?.firstName], ['none', 'Anna']);
        assert.ok(!(await activityKindsOf(portal, company.tenant)).includes('approval.asked'));
      });

      it('asks for the level that its reader chose, and saves the rest beside the changes of others', async () => {
        const company = await aTenantWithApprovals(portal);
        const [camille, noah] = [await company.as(company.asker), await company.as(company.other)];
        await camille.visit(`${usersPage}/${company.plain.id}`);
        await noah.visit(`${usersPage}/${company.plain.id}`);
        await noah.submit('Save', { 'First name': 'Zo', 'Agent level': 'sales' });
        await camille.submit('Save', { 'Last name': 'Blanc', 'Administrator level': 'global' });
        camille.sees('Everything else has been saved.').sees('Give Zoé Besson the level Global admin');
        const now = await stored(company, company.plain);
        assert.deepEqual(
          [now?.firstName, now?.lastName, now?.agentLevel, now?.administratorLevel],
          ['Zo', 'Blanc', 'sales', 'none'],
        );
      });

      it('asks for nothing before a conflict is settled', async () => {
        const company = await aTenantWithApprovals(portal);
        const [camille, noah] = [await company.as(company.asker), await company.as(company.other)];
        await camille.visit(`${usersPage}/${company.plain.id}`);
        await noah.visit(`${usersPage}/${company.plain.id}`);
        await noah.submit('Save', { 'Administrator level': 'billing' });
        await camille.submit('Save', { 'Administrator level': 'global' });
        assert.equal(camille.status, 409);
        assert.equal((await stored(company, company.plain))?.administratorLevel, 'billing');
        await camille.submit('Save');
        camille.sees('Give Zoé Besson the level Global admin');
      });

      it('asks for no level that was given meanwhile', async () => {
        const company = await aTenantWithApprovals(portal);
        const camille = await company.as(company.asker);
        await camille.visit(`${usersPage}/${company.plain.id}`);
        await usersStore.update(portal.database, company.tenant.scope, company.plain.id, {
          administratorLevel: 'global',
        });
        await camille.submit('Save', { 'Administrator level': 'global' });
        assert.equal(camille.path, `${usersPage}/${company.plain.id}`);
        camille.sees('the changes have been saved.');
      });
    },
  );
}
