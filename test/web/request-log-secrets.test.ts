import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aPerson } from '../support/person.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { logLinesOf, type LogLine } from './log-lines.ts';
import { openPortalWithUsers } from './portal-with-users.ts';

const english = { 'Accept-Language': 'en' };
const server = await postgres();

for (const [dialect, databaseUrl, skip] of [
  ['SQLite', undefined, false],
  ['PostgreSQL', server?.url, skipWithout('postgres', server)],
] as const) {
  describe(`the request log after requests with personal data, on ${dialect}`, { skip }, async () => {
    const { portal, send, global, userManager, plainUser, addressOf } = await openPortalWithUsers(
      databaseUrl ? { databaseUrl } : {},
    );
    const lines = (): LogLine[] => logLinesOf(portal);
    const resetAddress = addressOf({ path: '/account-settings/user-management/:userId/reset-password' });

    /** Everything that must not occur in the log after all of these requests. */
    async function everySecret(): Promise<string[]> {
      const admin = aPerson(portal, english);
      const wrong = 'canary wrong password';
      await admin.signIn({ username: plainUser.username, clearPassword: wrong });
      await admin.signIn({ username: 'canary@unknown.example', clearPassword: wrong });
      await admin.signIn(global);
      await admin.visit('/account-settings/user-management?q=canary-search&sort=name');
      await admin.visit(resetAddress).then((page) => page.submit('Reset password'));
      const temporary = admin.$('#temporary-password').text();
      assert.match(temporary, /^[A-Z2-9-]{24}$/);
      const user = await aPerson(portal, english).signIn({
        username: plainUser.username,
        clearPassword: temporary,
      });
      const chosen = 'canary chosen pebbles in rain';
      await user.send('POST', '/change-password', { newPassword: chosen, confirmPassword: chosen });
      const cookies = [admin.cookies(), user.cookies()].flatMap((each) =>
        each.split('; ').map((pair) => pair.split('=')[1] ?? ''),
      );
      const people = [global, plainUser].flatMap(({ username, displayName }) => [username, displayName]);
      return [
        ...people,
        ...cookies.filter((each) => each.length > 5),
        wrong,
        temporary,
        chosen,
        global.clearPassword,
        admin.csrf,
        'canary',
      ];
    }

    function assertNotLogged(secrets: readonly string[]): void {
      const all = portal.logged();
      for (const secret of secrets) assert.ok(!all.includes(secret), `the log contains ${secret}`);
      assert.doesNotMatch(all, /argon2|Besson|Laurent|"cookie|set-cookie|user-agent/i);
    }

    test('contains no names, searches, passwords, tokens or cookies', async () => {
      assertNotLogged(await everySecret());
    });

    test('contains the cause of a database error, but none of the data', async () => {
      const admin = await aPerson(portal, english).signIn(global);
      const secrets = [global.displayName, global.username, plainUser.displayName, plainUser.username, admin.csrf];
      await admin.visit(resetAddress);
      await portal.database.knex.schema.renameTable('activity', 'activity_away');
      const before = lines().length;
      const form = { _csrf: admin.csrf, epoch: admin.$('input[name=epoch]').attr('value') ?? '' };
      const { status, text } = await send({ method: 'POST', path: resetAddress, person: admin, form });
      await portal.database.knex.schema.renameTable('activity_away', 'activity');
      assert.equal(status, 500);
      assert.doesNotMatch(text, /activity_|no such table|sqlite|relation|stack|node_modules|\.ts/i);
      assert.ok(
        lines()
          .slice(before)
          .some((line) => JSON.stringify(line).includes('activity')),
        'the cause is logged',
      );
      assertNotLogged(secrets);
    });

    test('contains no row values that a database error quotes', async () => {
      const admin = await aPerson(portal, english).signIn(global);
      const { knex } = portal.database;
      await knex.schema.alterTable('credentials', (table) => table.unique(['set_by'], { indexName: 'one_each' }));
      for (const { id } of [plainUser, userManager]) {
        await knex('credentials').where({ user_id: id }).update({ set_by: null });
        const path = `/account-settings/user-management/${id}/reset-password`;
        await admin.visit(path);
        const form = { _csrf: admin.csrf, epoch: admin.$('input[name=epoch]').attr('value') ?? '' };
        const { status } = await send({ method: 'POST', path, person: admin, form });
        assert.equal(status, id === plainUser.id ? 200 : 500);
      }
      await knex.schema.alterTable('credentials', (table) => table.dropUnique(['set_by'], 'one_each'));
      assertNotLogged([global.displayName]);
    });

    test('contains no session data if a session cannot be saved', async () => {
      const visitor = await aPerson(portal, english).visit('/sign-in');
      await portal.database.knex.schema.alterTable('sessions', (table) => table.dropColumn('expires_at'));
      await send({ method: 'GET', path: '/sign-in', headers: { Cookie: '' } });
      await send({ method: 'GET', path: '/sign-in', person: visitor });
      await portal.database.knex.schema.alterTable('sessions', (table) => table.bigInteger('expires_at').defaultTo(0));
      assert.doesNotMatch(portal.logged(), /csrfToken|returnTo|originalMaxAge/);
      assertNotLogged([visitor.csrf]);
    });
  });
}
