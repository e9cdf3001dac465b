import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import type { TestUser } from '../support/builders.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { twoAdministrators } from '../support/user-form.ts';
import { posts, table, removesGlobalAdmin } from './user-form.cases.ts';
import * as usersBatchStore from '../../src/core/accounts/stores/users.batch.store.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`saving a stale user form, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const { portal, tenant, camille, reader, other, shown, stored, latest } = await twoAdministrators(server?.url);

    for (const [title, row] of Object.entries(table)) {
      it(title, async () => {
        const user = await shown(row.before);
        await row.concurrent(other, user);
        const before = await latest(user);
        await reader.submit('Save', row.saved);
        assert.equal(reader.status, row.status);
        const now = await stored(user);
        const fields = Object.keys(row.after) as (keyof TestUser)[];
        assert.deepEqual(Object.fromEntries(fields.map((field) => [field, now[field as 'id']])), row.after);
        const entry = await latest(user);
        if (row.recorded.length === 0) return assert.equal(entry?.place, before?.place);
        assert.equal(entry?.actor?.id, camille.id);
        assert.ok(entry.event.kind === 'user.edited');
        assert.deepEqual(
          entry.event.changes.map(({ field }) => field),
          row.recorded,
        );
      });
    }

    it('informs the administrator that concurrent changes were kept', async () => {
      const user = await shown({ administratorLevel: 'global' });
      await removesGlobalAdmin(other, user);
      await reader.submit('Save', { 'First name': 'Anna' });
      reader.sees('Your changes to Anne Martin’s account were saved. Other changes made in the meantime were kept.');
      await reader.submit('Save', { 'First name': 'Anne' });
      reader.sees('The changes to Anne Martin’s account were saved.');
    });

    it('keeps changes made by an import', async () => {
      const user = await shown({ administratorLevel: 'global' });
      await usersBatchStore.updateMany(portal.database, tenant.scope, [{ ...user, administratorLevel: 'none' }]);
      await reader.submit('Save', { 'First name': 'Anna' });
      const { administratorLevel, firstName } = await stored(user);
      assert.deepEqual([administratorLevel, firstName], ['none', 'Anna']);
    });

    it('responds with 404 if the user has been deleted', async () => {
      const user = await shown();
      await posts(paths.deleteUser)(other, user);
      await reader.submit('Save', { 'First name': 'Anna' });
      assert.equal(reader.status, 404);
    });
  });
}
