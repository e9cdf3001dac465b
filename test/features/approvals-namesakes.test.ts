import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenantWithApprovals, approvalsPage, requestApproval } from '../support/approvals.ts';
import { aUser } from '../support/builders.ts';
import { editUser } from '../support/edit-user.ts';
import { openPortal } from '../support/portal.ts';

describe('approval requests of users with the same display name', async () => {
  const portal = await openPortal();

  it('identify the future Global admin by user name', async () => {
    const { tenant, requester, other, plain, as } = await aTenantWithApprovals(portal);
    const { id, username } = await aUser(portal, tenant, { displayName: plain.displayName });
    const camille = await as(requester);
    await camille.visit(`${approvalsPage}/new?act=giveGlobalAdmin&user=${id}`);
    camille.sees(username).doesNotSee(plain.username);
    const noah = await as(other);
    await noah.visit(await requestApproval(camille));
    noah.sees('Make Zoé Besson a Global admin').sees(username).doesNotSee(plain.username);
    assert.equal(noah.$('button[value=confirmed]').length, 1);
  });

  it('identify the requester by user name, because users can change their display names', async () => {
    const { requester, manager, third, as } = await aTenantWithApprovals(portal);
    const ada = await as(manager);
    await editUser(ada, manager.id, { displayName: requester.displayName });
    await ada.visit(`${approvalsPage}/new?act=exportUsers`);
    const ines = await as(third);
    await ines.visit(await requestApproval(ada));
    ines.sees(requester.displayName).sees(manager.username).doesNotSee(requester.username);
    await ines.submit('Approve');
    await ada.visit(ines.path);
    ada.sees(third.username);
  });
});
