import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { ChainFault } from '../../src/domain/activity/chain.ts';
import { verifyChain } from '../../src/core/activity/verify.ts';
import { run } from '../cli/command.ts';
import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { editUser } from '../support/edit-user.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { databaseContents } from '../support/responses.ts';

const list = '/account-settings/user-management';
/** Every value that identifies the person. */
const canaries = ['Kanarienvogel', 'Zeisig', 'Stieglitz', 'kanari.zeisig', '198.51.100.77', '2001:db8:77', 'Canarium'];
const theirs = { 'Accept-Language': 'en', 'X-Forwarded-For': '198.51.100.77', 'User-Agent': 'Canarium/7' };

interface TracedUser {
  readonly portal: Portal;
  readonly tenant: TestTenant;
  readonly person: TestUser;
  readonly admin: Person;
}

/** Opens a portal in which a user has left their name and address in every possible place. */
async function aTracedUser(databaseUrl?: string): Promise<TracedUser> {
  const portal = await openPortal({ environment: { TRUST_PROXY: '1' }, ...(databaseUrl ? { databaseUrl } : {}) });
  const tenant = await aTenant(portal, { language: 'en' });
  const others = [];
  for (let each = 0; each < 60; each++) others.push(await aUser(portal, tenant, { displayName: `Ada ${each}` }));
  const admin = await aPerson(portal, { 'Accept-Language': 'en', 'X-Forwarded-For': '192.0.2.1' }).signIn(
    await aUser(portal, tenant, { displayName: 'Camille Laurent', administratorLevel: 'global' }),
  );
  const username = `kanari.zeisig@${tenant.domain}`;
  const person = await aUser(portal, tenant, {
    username,
    displayName: 'Kanarienvogel One',
    administratorLevel: 'global',
  });
  const here = await aPerson(portal, theirs).signIn(person);
  const far = await aPerson(portal, { ...theirs, 'X-Forwarded-For': '2001:db8:77::1' }).visit('/sign-in');
  await far.submit('Next', { 'User name': username });
  await far.send('POST', '/sign-in/password', { password: 'wrong' });
  const reset = (by: Person, { id, epoch }: TestUser) =>
    by.send('POST', `${list}/${id}/reset-password`, { epoch: String(epoch) });
  const rename = (by: Person, { id }: TestUser, displayName: string) =>
    editUser(by, id, { firstName: displayName.split(' ')[0]!, lastName: 'Other', displayName });
  // This user issued passwords to other users, under a former name and under the current one.
  await reset(here, others[0]!);
  await rename(admin, person, 'Zeisig Two');
  await reset(here, others[1]!);
  await rename(here, person, 'Stieglitz Three');
  await reset(here, others[2]!);
  for (const other of others.slice(3, 40)) await rename(here, other, 'Ada Besson');
  // The administrator's session contains a pending message with the name, because the administrator opens no other
  // page.
  await admin.send('POST', `${list}/${person.id}/block`);
  await admin.send('POST', `${list}/${person.id}/unblock`);
  await here.signIn(person);
  await rename(here, others[41]!, 'Ada Besson');
  return { portal, tenant, person, admin };
}

async function everythingIn(portal: Portal): Promise<string> {
  const { config, database } = portal;
  if (config.database.kind === 'postgres') {
    const { rows } = await database.knex.raw<{ rows: { table_name: string }[] }>(
      "select table_name from information_schema.tables where table_schema = 'public'",
    );
    return JSON.stringify(
      await Promise.all(rows.map(async ({ table_name }): Promise<unknown> => database.knex(table_name).select())),
    );
  }
  await database.knex.raw('pragma wal_checkpoint(truncate)');
  const files = readdirSync(config.dataDirectory)
    .filter((name) => name.startsWith('parvis.sqlite'))
    .map((name) => readFileSync(path.join(config.dataDirectory, name), 'latin1'));
  return [await databaseContents(database), ...files].join('\n');
}

const faultOf = async ({ database }: Portal, tenant: TestTenant): Promise<ChainFault | null | undefined> =>
  (await verifyChain(database, tenant.id))?.fault;

const server = await postgres();
for (const [dialect, url, skip] of [
  ['SQLite', undefined, false as string | false],
  ['PostgreSQL', server?.url, skipWithout('postgres', server)],
] as const) {
  describe(`erasing a user on ${dialect}`, { skip }, async () => {
    if (skip !== false) return;
    const { portal, tenant, person, admin } = await aTracedUser(url);
    const outbox = path.join(portal.config.dataDirectory, 'outbox');
    if (portal.config.mail !== null) await portal.background.runAll();
    await admin.send('POST', `${list}/${person.id}/unblock`);
    const before = await everythingIn(portal);
    const entriesBefore = await portal.database.knex('activity').count({ count: '*' });
    await admin.send('POST', `${list}/${person.id}/delete`);
    const erased = await admin.send('POST', `${list}/${person.id}/erase`);
    const after = await everythingIn(portal);

    it('starts with every identifying value present', () => {
      assert.equal(erased.status, 303);
      for (const canary of canaries) assert.ok(before.includes(canary), canary);
    });

    for (const canary of canaries) {
      it(`removes ${canary} from every table and file`, () => {
        const at = after.indexOf(canary);
        assert.equal(at, -1, JSON.stringify(after.slice(Math.max(0, at - 200), at + 50)));
        assert.ok(!portal.logged().includes(canary));
      });
    }

    it('removes their emails from the outbox', () => {
      assert.deepEqual(existsSync(outbox) ? readdirSync(outbox) : [], []);
    });

    it('keeps all entries of the activity log and a valid hash chain', async () => {
      const [{ count }] = (await portal.database.knex('activity').count({ count: '*' })) as [{ count: number }];
      assert.equal(count, Number(entriesBefore[0]?.count) + 2);
      assert.equal(await faultOf(portal, tenant), null);
    });

    it('leaves an activity log that `parvis activity verify` accepts', async () => {
      const DATABASE_URL = url ?? `sqlite:${path.join(portal.config.dataDirectory, 'parvis.sqlite')}`;
      const { stdout } = await run(['activity', 'verify', '--json'], {
        ...{ DATABASE_URL, SESSION_SECRETS: 's'.repeat(32), SECOND_FACTOR_KEYS: 's'.repeat(32) },
      });
      assert.deepEqual({ ...(JSON.parse(stdout) as object), entries: 0 }, { ok: true, entries: 0, fault: null });
    });

    it("keeps the addresses in other users' entries", async () => {
      const rows = (await portal.database.knex('activity').whereNot({ target_id: person.id })) as {
        actor_id: string | null;
        personal: string | null;
      }[];
      const foreign = rows.filter(({ actor_id }) => actor_id !== person.id);
      assert.ok(foreign.length > 0 && foreign.every(({ personal }) => personal !== null));
    });

    const tampering: [what: string, change: object][] = [
      ['a changed kind', { kind: 'user.purged' }],
      ['a changed target', { target_id: 'somebody' }],
      ['a forged address in place of an erased one', { personal: '{"address":"203.0.113.9"}', personal_salt: 'x' }],
    ];
    for (const [what, change] of tampering) {
      it(`does not hide tampering: ${what}`, async () => {
        const entry = (await portal.database
          .knex('activity')
          .where({ target_id: person.id })
          .orderBy('id')
          .first()) as {
          id: number;
          place: number;
        };
        await portal.database.knex('activity').where({ id: entry.id }).update(change);
        assert.equal((await faultOf(portal, tenant))?.place, entry.place);
        await portal.database.knex('activity').where({ id: entry.id }).update(entry);
        assert.equal(await faultOf(portal, tenant), null);
      });
    }
  });
}
