import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aTenant, aUser } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const groupsOfFour = /^[A-HJ-NP-Z2-9]{4}(-[A-HJ-NP-Z2-9]{4}){4}$/;

describe('resetting a user’s password', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { name: 'Ateliers Lumière' });
  const camille = await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' });

  it('follows the original procedure, in French, from the dashboard to the new password', async () => {
    const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson' });
    const admin = await aPerson(portal).signIn(camille);
    assert.equal(admin.path, '/dashboard');
    await admin.follow('Paramètres du compte');
    await admin.follow('Gestion des utilisateurs');
    await admin.submit('Rechercher', { 'Nom ou nom d’utilisateur': 'zoe bes' });
    await admin.follow('Zoé Besson');
    await admin.follow('Réinitialiser le mot de passe');
    admin.sees('Réinitialiser le mot de passe du compte Zoé Besson ?');
    await admin.submit('Réinitialiser le mot de passe');
    assert.equal(admin.status, 200);
    admin.sees('Vous ne pourrez plus l’afficher après avoir quitté cette page.');
    const temporary = admin.$('output#temporary-password').text();
    assert.match(temporary, groupsOfFour);

    const user = await aPerson(portal).signIn({ ...zoe, clearPassword: temporary });
    assert.equal(user.path, '/change-password');
    user.sees('Camille Laurent vous a attribué un mot de passe temporaire');
    const chosen = 'des cailloux sous la pluie fine';
    await user.submit('Modifier le mot de passe', {
      'Nouveau mot de passe': chosen,
      'Confirmer le nouveau mot de passe': chosen,
    });
    assert.equal(user.path, '/dashboard');
    user.sees('Votre mot de passe a été modifié.');
  });
});
