import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sha256 } from '../../src/platform/database/digest.ts';
import { createChainVerifier } from '../../src/domain/activity/chain.ts';
import { plannedAddition, importScenarios } from '../support/import-scenarios.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { rounds } from '../support/rounds.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';

const rows = 500;
const kills = Math.ceil(rounds / 5);

/** Starts a process that runs the confirmed imports. @returns the process once it has started */
async function aNode({ config }: Portal): Promise<{ kill: () => void; ended: Promise<unknown> }> {
  const { database } = config;
  const node = fork(path.join(import.meta.dirname, '../support/import-child.ts'), {
    env: {
      ...process.env,
      DATA_DIR: config.dataDirectory,
      SESSION_SECRETS: 'x'.repeat(32),
      SECOND_FACTOR_KEYS: 'x'.repeat(32),
      DATABASE_URL: database.kind === 'sqlite' ? `sqlite:${database.file}` : database.url,
    },
  });
  const ended = once(node, 'exit');
  await once(node, 'message');
  return { kill: () => node.kill('SIGKILL'), ended };
}

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`killing a process during an import, on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    const portal: Portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const { aConfirmedImport, find, countUsers, kindsOf } = importScenarios(portal);
    const scenario = () =>
      aConfirmedImport({
        rows: (_, tenant) => Array.from({ length: rows }, (__, index) => plannedAddition(tenant, index)),
      });

    it('leaves either no row or every row applied, and the next process completes the import once', async () => {
      const timed = await scenario();
      const undisturbed = await aNode(portal);
      const start = performance.now();
      await undisturbed.ended;
      const takesMs = performance.now() - start;
      assert.equal(await countUsers(timed.tenant), rows + 2);
      let undone = 0;
      for (let round = 0; round < kills; round++) {
        const each = await scenario();
        const node = await aNode(portal);
        await delay((takesMs * round) / kills / 2);
        node.kill();
        await node.ended;
        const count = await countUsers(each.tenant);
        const { state } = await find(each);
        assert.ok(
          (count === 2 && state === 'confirmed') || (count === rows + 2 && state === 'applied'),
          `${count}, ${state}`,
        );
        if (state === 'confirmed') undone++;
        await (
          await aNode(portal)
        ).ended;
        assert.equal(await countUsers(each.tenant), rows + 2);
        assert.deepEqual(await kindsOf(each.tenant), { 'user.added': rows, 'users.imported': 1 });
        const check = createChainVerifier(sha256);
        for await (const entry of activityStore.entriesForOperator(portal.database, each.tenant.id))
          assert.equal(check.next(entry), null);
      }
      assert.ok(undone > 0, 'no process was killed during its import');
    });
  });
}
