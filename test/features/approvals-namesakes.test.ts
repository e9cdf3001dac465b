import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aCarefulCompany, approvals, asks } from '../support/approvals.ts';
import { aUser } from '../support/builders.ts';
import { editUser } from '../support/edit-user.ts';
import { openPortal } from '../support/portal.ts';

describe('a request, where names are not enough', async () => {
  const portal = await openPortal();

  it('says by the user name who is to become a Global admin: somebody else may have the same name', async () => {
    const { tenant, asker, other, plain, as } = await aCarefulCompany(portal);
    const { id, username } = await aUser(portal, tenant, { displayName: plain.displayName });
    const camille = await as(asker);
    await camille.visit(`${approvals}/new?act=giveGlobalAdmin&user=${id}`);
    camille.sees(username).doesNotSee(plain.username);
    const noah = await as(other);
    await noah.visit(await asks(camille));
    noah.sees('Make Zoé Besson a Global admin').sees(username).doesNotSee(plain.username);
    assert.equal(noah.$('button[value=confirmed]').length, 1);
  });

  it('says by the user name who asks: whoever edits users can take another’s name', async () => {
    const { asker, manager, third, as } = await aCarefulCompany(portal);
    const ada = await as(manager);
    await editUser(ada, manager.id, { displayName: asker.displayName });
    await ada.visit(`${approvals}/new?act=exportUsers`);
    const ines = await as(third);
    await ines.visit(await asks(ada));
    ines.sees(asker.displayName).sees(manager.username).doesNotSee(asker.username);
    await ines.submit('Approve');
    await ada.visit(ines.path);
    ada.sees(third.username);
  });
});
