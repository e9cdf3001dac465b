import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenantWithApprovals, approvalsPage, requestApproval } from '../support/approvals.ts';
import { aUser } from '../support/builders.ts';
import { editUser } from '../support/edit-user.ts';
import { openPortal } from '../support/portal.ts';

describe('a request, where names are not enough', async () => {
  const portal = await openPortal();

  it('says by the user name who is to become a Global admin: somebody else may have the same name', async () => {
    const { tenant, asker, other, plain, as } = await aTenantWithApprovals(portal);
    const { id, username } = await aUser(portal, tenant, { displayName: plain.displayName });
    const camille = await as(asker);
    await camille.visit(`${approvalsPage}/new?act=giveGlobalAdmin&user=${id}`);
    camille.sees(username).doesNotSee(plain.username);
    const noah = await as(other);
    await noah.visit(await requestApproval(camille));
    noah.sees('Give Zoé Besson the level Global admin').sees(username).doesNotSee(plain.username);
    assert.equal(noah.$('button[value=confirmed]').length, 1);
  });

  it('says by the user name who asks: whoever edits users can take another’s name', async () => {
    const { asker, manager, third, as } = await aTenantWithApprovals(portal);
    const ada = await as(manager);
    await editUser(ada, manager.id, { displayName: asker.displayName });
    await ada.visit(`${approvalsPage}/new?act=exportUsers`);
    const ines = await as(third);
    await ines.visit(await requestApproval(ada));
    ines.sees(asker.displayName).sees(manager.username).doesNotSee(asker.username);
    await ines.submit('Confirm');
    await ada.visit(ines.path);
    ada.sees(third.username);
  });
});
