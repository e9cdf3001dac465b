import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { verifyChain } from '../../src/core/activity/verify.ts';
import { aMovingRegion, storedDataOf, moveTenant, type MovingRegion } from '../support/moving.ts';
import { aPopulatedTenant, canaries, type PopulatedTenant } from '../support/populated-tenant.ts';
import { aPerson } from '../support/person.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';
import * as usersStore from '../../src/core/accounts/stores/users.store.ts';

const english = { 'Accept-Language': 'en' };
const servers = [await postgres(), await postgres(), await postgres(), await postgres()];
const routes: [label: string, from: string | undefined, to: string | undefined, passwords: 'keep' | 'reset'][] = [
  ['SQLite to SQLite, passwords kept', undefined, undefined, 'keep'],
  ['PostgreSQL to PostgreSQL, passwords reset', servers[0]?.url, servers[1]?.url, 'reset'],
  ['SQLite to PostgreSQL, passwords reset', undefined, servers[2]?.url, 'reset'],
  ['PostgreSQL to SQLite, passwords kept', servers[3]?.url, undefined, 'keep'],
];

/** Attempts a sign-in. @returns the location to which it redirects, or the status if it does not redirect */
async function signInAt({ portal }: MovingRegion, username: string, password: string): Promise<string> {
  const person = await aPerson(portal, english).visit('/sign-in');
  await person.send('POST', '/sign-in', { username });
  const answer = await person.send('POST', '/sign-in/password', { password });
  return answer.headers.location ?? String(answer.status);
}

async function verifiedKinds({ portal }: MovingRegion, tenantId: string): Promise<string[]> {
  const { database } = portal;
  assert.equal((await verifyChain(database, tenantId))?.fault, null);
  const kinds = [];
  for await (const { kind } of activityStore.entriesForOperator(database, tenantId)) kinds.push(kind);
  return kinds;
}

for (const [index, [label, fromUrl, toUrl, passwords]] of routes.entries()) {
  describe(
    `moving a tenant: ${label}`,
    { skip: skipWithout('postgres', index === 0 ? label : servers[index]) },
    async () => {
      if (index > 0 && servers[index] === null) return;
      const from = await aMovingRegion('worldwide', fromUrl);
      const to = await aMovingRegion('germany', toUrl);
      const populated: PopulatedTenant = await aPopulatedTenant(from);
      const { tenant, admin, user, blocked, deleted, temporary, signedIn, neighbour } = populated;
      const before = await storedDataOf(from);
      const throttleEntries = () => from.portal.database.knex('throttles').where('key', 'like', 'row:%').select('key');
      const tries = await throttleEntries();
      const found = await usersStore.find(to.portal.database, tenant.scope, user.id);
      const usersBefore = await from.portal.database.knex('users').where({ tenant_id: tenant.id }).select<object[]>();
      const passwordsBefore = await passwordsOf(from, tenant.id);
      const { taken, report, file } = await moveTenant(from, to, tenant.id, passwords);
      const after = await storedDataOf(from);

      it("starts with the tenant's data in every table, and with none in the new region", () => {
        for (const canary of canaries) assert.ok(before.includes(canary), canary);
        assert.equal(found, null);
        const empty = report.tables.filter(({ was, table }) => was === 0 && table !== 'user_sessions');
        assert.deepEqual(empty, []);
      });

      it('leaves no trace in the tables, database files or application log of the old region', () => {
        for (const canary of canaries) {
          const at = after.toLowerCase().indexOf(canary.toLowerCase());
          assert.equal(at, -1, `${canary}: ${JSON.stringify(after.slice(Math.max(0, at - 100), at + 40))}`);
          assert.ok(!from.portal.logged().includes(canary), canary);
        }
        assert.ok(report.tables.every(({ left }) => left === 0));
      });

      it('deletes the throttle entries of its users', async () => {
        assert.equal(tries.length, 1);
        assert.deepEqual(await throttleEntries(), []);
      });

      it('encrypts the bundle, so that none of the data is readable in it', () => {
        const bytes = readFileSync(file, 'latin1');
        for (const canary of [...canaries, tenant.id, tenant.domain]) assert.ok(!bytes.includes(canary), canary);
      });

      it('transfers all rows unchanged', async () => {
        const rows = await to.portal.database.knex('users').where({ tenant_id: tenant.id }).select<object[]>();
        const changing = ['number', ...(passwords === 'reset' ? resetColumns : [])];
        const bare = (all: object[]): object[] =>
          all.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !changing.includes(column))));
        const byId = (one: { id?: string }, other: { id?: string }): number =>
          String(one.id) < String(other.id) ? -1 : 1;
        assert.deepEqual(bare(rows).sort(byId), bare(usersBefore).sort(byId));
        const stored = await passwordsOf(to, tenant.id);
        assert.equal(stored.length, rows.length);
        if (passwords === 'keep') assert.deepEqual(stored, passwordsBefore);
        else for (const row of stored) assert.ok(!passwordsBefore.some(({ secret }) => secret === row.secret));
        assert.deepEqual(await to.portal.database.knex('credentials').whereNot({ kind: 'password' }), []);
        assert.equal(taken.header.tenant.name, 'Kanarienvogel AG');
        const [entry] = await tenantsStore.listForOperator(to.portal.database);
        assert.deepEqual([entry?.state, entry?.users], ['active', 4]);
      });

      it('transfers the activity log with a valid hash chain, followed by the entries of the move', async () => {
        const kinds = await verifiedKinds(to, tenant.id);
        assert.ok(kinds.includes('user.erased') && kinds.includes('tenant.moving'));
        const top = passwords === 'reset' ? ['tenant.movedIn', 'password.reset'] : ['tenant.movedIn'];
        assert.deepEqual(kinds.slice(-top.length), top);
      });

      it('redirects users from the old region to the new one, without personal data in the URL', async () => {
        const person = await aPerson(from.portal, english).visit('/sign-in');
        const answer = await person.send('POST', '/sign-in', { username: user.username });
        assert.deepEqual(
          [answer.status, answer.headers.location],
          [303, 'http://localhost:3001/sign-in?from=worldwide'],
        );
        await signedIn.visit('/dashboard');
        assert.equal(signedIn.path, '/sign-in');
        assert.equal((await neighbour.visit('/dashboard')).path, '/dashboard');
      });

      it(
        passwords === 'keep'
          ? 'lets users sign in with their existing passwords'
          : 'lets users sign in only with new passwords',
        async () => {
          const own = passwords === 'keep' ? '/dashboard' : '422';
          assert.equal(await signInAt(to, user.username, user.clearPassword), own);
          assert.equal(await signInAt(to, admin.username, admin.clearPassword), own);
          const first = passwords === 'keep' ? '/change-password' : '422';
          const answer = await signInAt(to, temporary.username, temporary.clearPassword);
          assert.equal(answer === '/dashboard' ? '/change-password' : answer, first);
          assert.equal(await signInAt(to, blocked.username, blocked.clearPassword), '422');
          assert.equal(await signInAt(to, deleted.username, deleted.clearPassword), '422');
          const admins = passwords === 'keep' ? [] : [admin.username];
          assert.deepEqual(
            taken.passwords.map(({ username }) => username),
            admins,
          );
          for (const { username, temporaryPassword } of taken.passwords) {
            const person = await aPerson(to.portal, english).signIn({ username, clearPassword: temporaryPassword });
            assert.equal(person.path, '/change-password');
          }
        },
      );

      if (passwords === 'keep')
        it('rebuilds the search index in the new region', async () => {
          const person = await aPerson(to.portal, english).signIn(admin);
          await person.visit('/account-settings/user-management?q=stiegl');
          person.sees('Stieglitz hänfling');
          person.doesNotSee('Gimpel');
        });

      it('also works in the opposite direction, and leaves no trace in the region that the tenant leaves', async () => {
        const back = await moveTenant(to, from, tenant.id);
        assert.ok(back.report.tables.every(({ left }) => left === 0));
        const left = (await storedDataOf(to)).toLowerCase();
        for (const canary of canaries) assert.ok(!left.includes(canary.toLowerCase()), canary);
        const kinds = await verifiedKinds(from, tenant.id);
        assert.equal(kinds.filter((kind) => kind === 'tenant.movedIn').length, 2);
        if (passwords === 'keep') assert.equal(await signInAt(from, user.username, user.clearPassword), '/dashboard');
      });
    },
  );
}

const passwordsOf = ({ portal: { database } }: MovingRegion, tenantId: string) =>
  database
    .knex('credentials')
    .join('users', 'users.id', 'credentials.user_id')
    .where({ tenant_id: tenantId, kind: 'password' })
    .orderBy('user_id')
    .select<{ secret: string }[]>('user_id', 'secret', 'set_by', 'credentials.created_at');
const resetColumns = ['password', 'temporary_until', 'epoch'];
