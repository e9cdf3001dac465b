import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createScope } from '../../src/domain/scope.ts';
import type { User } from '../../src/domain/people/user.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import type { UserChanges } from '../../src/core/accounts/stores/users.mapping.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import type { EditTask } from '../support/edit-child.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { rounds } from '../support/rounds.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';
import { interrupt } from '../support/interrupt.ts';
import { person } from '../../src/domain/principal.ts';

const nodes: ChildProcess[] = [];
after(() => nodes.forEach((node) => node.kill()));

async function aNode({ config }: Portal): Promise<ChildProcess> {
  const { database } = config;
  const node = fork(path.join(import.meta.dirname, '../support/edit-child.ts'), {
    serialization: 'advanced',
    env: {
      ...process.env,
      DATA_DIR: config.dataDirectory,
      SESSION_SECRETS: 'x'.repeat(32),
      SECOND_FACTOR_KEYS: 'x'.repeat(32),
      DATABASE_URL: database.kind === 'sqlite' ? `sqlite:${database.file}` : database.url,
    },
  });
  nodes.push(node);
  await once(node, 'message');
  return node;
}

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `concurrent edits of a user in two processes, on ${dialect}`,
    {
      skip: skipWithout('postgres', server),
    },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
      const { database } = portal;
      const tenant = await aTenant(portal);
      const node = await aNode(portal);
      const changes = createUserActions({ database, clock: Date.now });
      const bea = await aUser(portal, tenant, { displayName: 'Bea First', administratorLevel: 'global' });
      const camille = await aUser(portal, tenant, { displayName: 'Camille Second', administratorLevel: 'global' });
      const actingAs = (actor: TestUser) => createScope({ ...tenant.scope, principal: person(actor) });

      const form = (user: User, fields: Partial<UserChanges>) => ({
        typed: { ...user, ...fields },
        shown: user,
        nameOrder: 'givenFirst' as const,
      });
      async function bothSave(user: User, here: Partial<UserChanges>, there: Partial<UserChanges>): Promise<string[]> {
        const task: EditTask = { scope: actingAs(camille), userId: user.id, sent: form(user, there) };
        const answer = once(node, 'message') as Promise<[string]>;
        node.send(task);
        const own = await changes.edit(actingAs(bea), user.id, form(user, here));
        return [own.outcome, (await answer)[0]];
      }

      it('are both saved if they change different fields', async () => {
        for (let round = 0; round < rounds; round++) {
          const user = await aUser(portal, tenant, { displayName: 'Anne Martin', administratorLevel: 'global' });
          const outcomes = await bothSave(user, { administratorLevel: 'none' }, { firstName: 'Anna' });
          assert.deepEqual(outcomes, ['saved', 'saved']);
          const now = await usersStore.find(database, tenant.scope, user.id);
          assert.deepEqual([now?.administratorLevel, now?.firstName, now?.version], ['none', 'Anna', user.version + 2]);
        }
      });

      it('result in one saved edit and one conflict if they change the same field', async () => {
        for (let round = 0; round < rounds; round++) {
          const user = await aUser(portal, tenant, { displayName: 'Anne Martin' });
          const outcomes = await bothSave(user, { firstName: 'Anneliese' }, { firstName: 'Anna' });
          assert.deepEqual([...outcomes].sort(), ['conflict', 'saved']);
          const now = await usersStore.find(database, tenant.scope, user.id);
          assert.deepEqual([now?.firstName, now?.version], [outcomes[0] === 'saved' ? 'Anneliese' : 'Anna', 2]);
          assert.equal((await activityStore.editsOfUser(database, tenant.scope, user.id)).length, 1);
        }
      });

      it("delay the user's own choice of language until the edit has been saved", async () => {
        const user = await aUser(portal, tenant, { displayName: 'Anne Martin', language: 'en' });
        let chosen: Promise<void> | undefined;
        const interrupted = interrupt(database, /^update [`"]users[`"]/, {
          before: () => {
            chosen = usersStore.setLanguage(database, tenant.scope, user.id, 'fr');
            // Without the row lock, PostgreSQL would write the language now, and the edit would overwrite it a moment
            // later.
            return Promise.race([chosen, delay(200)]);
          },
        });
        const slow = createUserActions({ database: interrupted, clock: Date.now });
        const { outcome } = await slow.edit(actingAs(bea), user.id, form(user, { language: 'de' }));
        await chosen;
        assert.equal(outcome, 'saved');
        const now = await usersStore.find(database, tenant.scope, user.id);
        assert.deepEqual([now?.language, now?.version], ['fr', user.version + 2]);
      });
    },
  );
}
