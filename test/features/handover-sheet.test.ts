import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Language } from '../../src/domain/regions.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';

const words: Readonly<Record<Language, { title: string; secret: string; until: string }>> = {
  en: { title: 'Your partner portal sign-in details', secret: 'Temporary password', until: 'until November 26, 2026' },
  fr: { title: 'Votre accès à l’espace partenaires', secret: 'Mot de passe temporaire', until: '26 novembre 2026' },
  de: { title: 'Ihr Zugang zum Partnerportal', secret: 'Temporäres Kennwort', until: 'bis zum 26. November 2026' },
};

describe('the printed sheet with a temporary password', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { name: 'Ateliers Lumière', language: 'fr' });
  const camille = await aUser(portal, tenant, { administratorLevel: 'global' });

  for (const [label, language, expected] of [
    ["the user's language", 'de', 'de'],
    ["the user's language when it is also the administrator's", 'fr', 'fr'],
    ["the user's language when no one else uses it", 'en', 'en'],
    ["the organization's language if the user has chosen none", null, 'fr'],
  ] as const) {
    it(`uses ${label}, while the page stays in the administrator's language`, async () => {
      const user = await aUser(portal, tenant, { displayName: 'Änne Weiß', language });
      const admin = await aPerson(portal).signIn(camille);
      await admin.visit(`/account-settings/user-management/${user.id}/reset-password`);
      await admin.submit('Réinitialiser le mot de passe');
      const sheets = admin.$('.sheet').toArray();
      const text = normalizeSpace(sheets.map((sheet) => admin.$(sheet).text()).join(' '));
      assert.equal(sheets.length, 2);
      for (const sheet of sheets) assert.equal(admin.$(sheet).attr('lang'), expected);
      for (const said of Object.values(words[expected] ?? {})) assert.ok(text.includes(said), `${said}: ${text}`);
      for (const said of ['Änne Weiß', 'Ateliers Lumière', user.username, 'http://localhost:3000/sign-in']) {
        assert.ok(text.includes(said), said);
      }
      assert.equal(admin.$('html').attr('lang'), 'fr');
      admin.sees('Vous ne pourrez plus l’afficher après avoir quitté cette page.');
    });
  }
});
