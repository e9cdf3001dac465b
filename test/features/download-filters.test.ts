import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import { fillPath, paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { normalizeSpace } from '../support/form-values.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { translator } from '../support/translator.ts';

const logs = [paths.activityCsv, paths.activityJsonLines];
const id = randomUUID();

describe('a download with a filter', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { language: 'en' });
  const zoe = await aUser(portal, tenant);
  const people = await Promise.all(
    (['en', 'fr', 'de'] as const).map(async (language) => {
      const camille = await aUser(portal, tenant, { administratorLevel: 'global', language });
      return { t: translator(language).t, admin: await aPerson(portal).signIn(camille) };
    }),
  );
  const exportsOf = async (): Promise<number> =>
    (await portal.database.knex('activity').whereIn('kind', ['activity.exported', 'users.exported'])).length;
  const exportPasswords = fillPath(paths.importPasswords, { importId: id });
  const userData = fillPath(paths.userDataFile, { userId: zoe.id });

  const rejected: [method: 'GET' | 'POST', files: readonly string[], query: string, reason: string][] = [
    ['GET', logs, 'from=30/11/2026', 'date'],
    ['GET', logs, 'from=2026-11-31', 'date'],
    ['GET', logs, 'to=yesterday', 'date'],
    ['GET', logs, 'from=2026-11-01&from=2026-11-02', 'date'],
    ['GET', logs, 'from=2026-11-30&to=2026-11-29', 'order'],
    ['GET', logs, 'kind=everything', 'value'],
    ['GET', logs, 'user=zoe', 'value'],
    ['GET', logs, 'person=zoe', 'unknown'],
    ['GET', logs, 'form=2026-11-01', 'unknown'],
    ['GET', logs, 'after=1-1', 'unknown'],
    ['GET', [paths.exportUsers, paths.ownDataFile, paths.importTemplate], 'q=zoe', 'unknown'],
    ['POST', [userData, exportPasswords], 'status=active', 'unknown'],
  ];
  for (const [method, files, query, reason] of rejected) {
    for (const file of files) {
      it(`is rejected with the reason if the filter is invalid: ${method} ${file.replace(id, ':id').replace(zoe.id, ':id')}?${query}`, async () => {
        const before = await exportsOf();
        for (const { t, admin } of people) {
          const { status, headers, text } = await admin.send(method, `${file}?${query}`);
          assert.equal(status, 422);
          assert.match(String(headers['content-type']), /^text\/html/);
          assert.equal(headers['content-disposition'], undefined);
          for (const key of ['title', reason, 'nothing'])
            assert.ok(normalizeSpace(text).includes(normalizeSpace(t(`errors:filter.${key}`))), key);
        }
        assert.equal(await exportsOf(), before);
      });
    }
  }

  for (const query of ['', '?from=&to=&kind=&user=', '?from=2026-11-01&to=2026-11-01', `?user=${zoe.id}&kind=users`]) {
    it(`is sent if the filter is valid: ${query.replace(zoe.id, ':id')}`, async () => {
      for (const file of logs) assert.equal((await people[0]?.admin.send('GET', file + query))?.status, 200);
    });
  }

  it('is rejected before an approval is requested if the filter is invalid', async () => {
    const strict = await openPortal();
    const own = await aTenant(strict, { language: 'en' });
    const admin = await aPerson(strict).signIn(await aUser(strict, own, { administratorLevel: 'global' }));
    await tenantsStore.setOwnRules(strict.database, own.scope, { export: 'two' });
    assert.equal((await admin.send('GET', `${paths.activityCsv}?from=2026-11-30`)).status, 303);
    assert.equal((await admin.send('GET', `${paths.activityCsv}?from=30/11/2026`)).status, 422);
  });

  it('is stricter than the activity log page, which ignores an invalid filter', async () => {
    for (const { admin } of people)
      assert.equal((await admin.send('GET', `${paths.activityLog}?from=30/11/2026`)).status, 200);
  });

  it('is redirected to sign-in if there is no session, even if the filter is invalid', async () => {
    const visitor = await aPerson(portal).send('GET', `${paths.activityCsv}?from=30/11/2026`);
    assert.equal(visitor.headers.location, paths.signIn);
  });
});
