import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as credentialsStore from '../../src/core/accounts/stores/credentials.store.ts';
import * as sessionsStore from '../../src/core/accounts/stores/sessions.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import * as downloadLeaseStore from '../../src/core/imports/download-lease.store.ts';
import * as importPasswordsStore from '../../src/core/imports/import-passwords.store.ts';
import * as importsStore from '../../src/core/imports/imports.store.ts';
import { passwordRowOf } from '../support/credentials.ts';
import { postgres } from '../support/services.ts';
import { eachDialect, open, start } from './databases.ts';
import { finishImport, newAdmin, tomorrow } from './staged-imports.ts';

for (const { dialect, config, skip } of eachDialect(await postgres())) {
  describe(`the passwords of an import on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { database } = await open(config);

    test('are issued only to users who have not signed in, been blocked or received another password since the import', async () => {
      const scope = await newAdmin(database);
      const { id, ids } = await finishImport(database, scope, 6);
      const newcomers = await importPasswordsStore.listAfter(database, scope, id, 0);
      assert.deepEqual(
        newcomers.map(({ userId }) => userId),
        ids,
      );
      const [reset, blocked, seen] = ids;
      await credentialsStore.replace(database, scope, reset!, 0, { kind: 'own', hash: 'own', at: start });
      await usersStore.setState(database, scope, blocked!, 'blocked', start);
      await sessionsStore.open(database, {
        id: crypto.randomUUID(),
        userId: seen!,
        address: null,
        device: '',
        method: 'pwd',
        at: start,
      });
      const issue = { by: 'Camille', at: start, until: tomorrow };
      const hashes = newcomers.map((each) => ({ ...each, ...issue, hash: `new ${each.line}` }));
      const issued = await importPasswordsStore.issue(database, scope, id, hashes);
      assert.deepEqual([...issued].sort(), ids.slice(3).sort());
      const user = await usersStore.find(database, scope, ids[3]!);
      assert.deepEqual([user?.epoch, user?.temporaryUntil], [1, tomorrow]);
      const password = await passwordRowOf(database, ids[3]!);
      assert.deepEqual([password.set_by, password.created_at], ['Camille', start]);
      assert.equal(await importPasswordsStore.countIssued(database, scope, id), 3);
      assert.equal(await importPasswordsStore.count(database, scope, id), 3, 'they can be downloaded again');
      assert.equal(
        (await importPasswordsStore.issue(database, scope, id, hashes)).size,
        0,
        'but not with outdated hashes',
      );
    });

    test('are downloaded by one process at a time until all of them are delivered', async () => {
      const scope = await newAdmin(database);
      const { id } = await finishImport(database, scope, 1);
      const claim = (holder: string, now = start) =>
        downloadLeaseStore.claim(database, scope, id, holder, { now, until: now + 60 });
      assert.deepEqual((await Promise.all([claim('a'), claim('a'), claim('a')])).sort(), [false, false, true]);
      assert.equal(await downloadLeaseStore.renew(database, scope, id, 'a', start + 100), true);
      assert.equal(await claim('b', start + 100), false);
      assert.equal(await claim('b', start + 101), true);
      assert.equal(await downloadLeaseStore.renew(database, scope, id, 'a', start + 300), false);
      await downloadLeaseStore.release(database, scope, id, 'a', start);
      assert.equal(
        (await importsStore.find(database, scope, id))?.deliveredAt,
        null,
        'a download without the lease cannot complete the delivery',
      );
      await downloadLeaseStore.release(database, scope, id, 'b', null);
      assert.equal(await claim('c'), true);
      await downloadLeaseStore.release(database, scope, id, 'c', start + 7);
      assert.equal((await importsStore.find(database, scope, id))?.deliveredAt, start + 7);
      assert.equal(await claim('d', tomorrow), false);
    });
  });
}
