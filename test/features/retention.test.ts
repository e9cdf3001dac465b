import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths } from '../../src/site/http/paths.ts';
import { minLimit } from '../../src/core/retention/retention.ts';
import { aTenant, aUser, type TestTenant } from '../support/builders.ts';
import { aPerson } from '../support/person.ts';
import { advanceTime, openPortal, type Portal } from '../support/portal.ts';
import { withRules } from '../support/rules.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
const activityLog = { retentionDays: 3650, export: 'allowed' };

interface Line {
  readonly level: number;
  readonly msg: string;
}

/** @returns the log lines about deletion since the last call */
function purgeLines({ logged }: Portal): () => Line[] {
  let read = 0;
  return () => {
    const lines = logged().trim().split('\n').slice(read);
    read += lines.length;
    return lines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => /delet|purge/i.test(msg));
  };
}

const manyUsers = (portal: Portal, { id: tenant_id }: TestTenant, count: number): Promise<unknown> =>
  portal.database.knex.batchInsert(
    'users',
    Array.from({ length: count }, (_, each) => ({
      ...{ id: `${tenant_id}-${each}`, tenant_id, username: `u${each}@${tenant_id}.example` },
      ...{ first_name: 'Zoé', last_name: 'Besson', display_name: 'Zoé Besson', name_key: 'zoe besson' },
      ...{ administrator_level: 'none', agent_level: 'none', state: 'deleted', password: 'own' },
      ...{ epoch: 0, last_sign_in_at: 0, created_at: portal.clock.now },
      deleted_at: portal.clock.now,
    })),
    20,
  );

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`retention on ${dialect}`, { skip: skipWithout('postgres', server) }, async () => {
    if (server === null) return;
    const portal = await openPortal({
      environment: withRules({ activityLog, restoreWindowDays: 30 }),
      ...(server.url === undefined ? {} : { databaseUrl: server.url }),
    });
    const { clock, database, background } = portal;
    const tenant = await aTenant(portal, { language: 'en' });
    const admin = await aUser(portal, tenant, { administratorLevel: 'global' });
    const linesSince = purgeLines(portal);
    const signedIn = () => aPerson(portal, { 'Accept-Language': 'en' }).signIn(admin);
    const entries = async (): Promise<number> => {
      const rows = await database.knex('activity').where({ tenant_id: tenant.id }).select('id');
      return rows.length;
    };
    const usersLeft = async (): Promise<number> =>
      (await database.knex('users').where({ tenant_id: tenant.id, state: 'deleted' })).length;

    it('deletes nothing on startup with a wrong clock, so that deleted users can still be restored', async () => {
      await background.runAll();
      const zoe = await aUser(portal, tenant, { displayName: 'Zoé Besson', state: 'deleted', deletedAt: clock.now });
      await signedIn();
      const before = await entries();
      for (const wrongMs of [31 * dayMs, 11 * 365 * dayMs]) {
        clock.now += wrongMs;
        // A sign-in recorded with a wrong timestamp must not cause the wrong clock to be trusted.
        await signedIn();
        await background.runAll();
        clock.now -= wrongMs;
      }
      await background.runAll();
      assert.ok((await entries()) > before);
      const person = await signedIn();
      await person.visit(`${paths.users}/deleted`);
      person.sees('Zoé Besson');
      assert.deepEqual(
        linesSince()
          .filter(({ msg }) => !msg.startsWith('Purged'))
          .map(({ level }) => level),
        [40, 40, 30],
        'one line per wrong time and one for the corrected clock',
      );
      assert.ok(await usersStore.findDeleted(portal.database, tenant.scope, zoe.id));
    });

    it('erases users 30 days after their deletion and logs counts without personal data', async () => {
      await advanceTime(portal, 31 * dayMs);
      linesSince();
      await background.runAll();
      const lines = linesSince();
      const purged = lines.find(({ msg }) => msg === 'Purged expired data');
      assert.ok(purged);
      assert.equal((purged as unknown as Record<string, number>).erasedUsers, 1);
      assert.equal(purged.level, 30);
      assert.doesNotMatch(JSON.stringify(lines), /Zo|Besson|example/);
      await background.runAll();
      assert.deepEqual(linesSince(), [], 'a run that deletes nothing logs nothing');
    });

    it('erases no users and warns once an hour while more users are due than the limit allows', async () => {
      await manyUsers(portal, tenant, minLimit + 1);
      await advanceTime(portal, 31 * dayMs);
      linesSince();
      await background.runAll();
      await background.runAll();
      const warnings = linesSince().filter(({ level }) => level === 40);
      const facts = { kind: 'erasedUsers', due: minLimit + 1, limit: minLimit, confirmWith: 'npx parvis purge' };
      assert.equal(warnings.length, 1);
      assert.deepEqual({ ...warnings[0], ...facts }, warnings[0]);
      assert.equal(await usersLeft(), minLimit + 1);
      clock.now += hourMs;
      clock.monotonic += hourMs;
      await background.runAll();
      assert.equal(linesSince().filter(({ level }) => level === 40).length, 1);
      const most = database.knex('users').where({ tenant_id: tenant.id, state: 'deleted' }).offset(3).limit(minLimit);
      const ids = await most.orderBy('id').pluck<string[]>('id');
      for (const id of ids) await database.knex('users').where({ id }).delete();
      await background.runAll();
      assert.equal(await usersLeft(), 0);
    });

    it('trims entries up to the limit, and trims nothing if more entries are due', async () => {
      const { id, scope } = await aTenant(portal);
      const many = (count: number) =>
        activityStore.recordMany(
          portal.database,
          scope,
          Array.from({ length: count }, () => ({ event: { kind: 'signOut' } as const, targetId: null })),
          clock.now,
        );
      await many(minLimit + 1);
      await advanceTime(portal, 3652 * dayMs);
      const left = async (): Promise<number> => (await database.knex('activity').where({ tenant_id: id })).length;
      linesSince();
      await background.runAll();
      assert.equal(await left(), minLimit + 1);
      const [warning] = linesSince().filter(({ level }) => level === 40) as (Line & { kind?: string })[];
      assert.equal(warning?.kind, 'trimmedEntries');
      // With these additional entries, the due entries make up less than 5 % of the log.
      for (let each = 0; each < 25; each++) await many(minLimit);
      await background.runAll();
      assert.equal(await left(), 25 * minLimit + 1, 'one entry records the trimming');
    });
  });
}
