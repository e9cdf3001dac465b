import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { csvOf, importPath, labels, shownRows } from '../support/imports.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { translator } from '../support/translator.ts';

const dayMs = 86_400_000;

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `the rejection of a user name that is already taken, on ${dialect}`,
    {
      skip: skipWithout('postgres', server),
    },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
      const tenant = await aTenant(portal, { language: 'en' });
      const camille = await aUser(portal, tenant, { administratorLevel: 'global' });
      const deleted = (daysAgo: number) =>
        aUser(portal, tenant, { state: 'deleted', deletedAt: portal.clock.now - daysAgo * dayMs });

      for (const language of ['en', 'fr', 'de'] as const) {
        const { t } = translator(language);
        for (const [label, daysAgo, key] of [
          ['can be restored', 2, 'imports:fault.deleted'],
          ['can no longer be restored', 31, 'tenants:error.usernameTaken'],
        ] as const) {
          it(`has the same explanation in the form and in an import (${language}) if the name belongs to a deleted user who ${label}`, async () => {
            const { username } = await deleted(daysAgo);
            const admin = await aPerson(portal).signIn(
              await aUser(portal, tenant, { administratorLevel: 'global', language }),
            );
            await admin.visit(paths.newUser);
            await admin.submit(t('common:terms.addUser'), {
              [t('common:terms.lastName')]: 'New',
              [t('common:terms.username')]: username,
            });
            assert.equal(admin.status, 422);
            assert.equal(admin.$('#username-error').text(), t(key));
            assert.equal(admin.$(`main form a[href="${paths.deletedUsers}"]`).length, daysAgo < 30 ? 1 : 0);
            const content = csvOf([t('common:terms.username'), t('common:terms.lastName')], [username, 'New']);
            await admin.visit(importPath);
            await admin.upload(labels[language].check, labels[language].file, { name: 'people.csv', content });
            assert.ok(shownRows(admin)[0]?.details.includes(normalizeSpace(t(key))), admin.text);
          });
        }
      }

      it('is explained without a link if the name belongs to an active user', async () => {
        const admin = await aPerson(portal, { 'Accept-Language': 'en' }).signIn(camille);
        await admin.visit(paths.newUser);
        await admin.submit('Add user', { 'Last name': 'New', 'User name': camille.username });
        assert.equal(admin.status, 422);
        assert.equal(admin.$(`main form a[href="${paths.deletedUsers}"]`).length, 0);
      });
    },
  );
}
