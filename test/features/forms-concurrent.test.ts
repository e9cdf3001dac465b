import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { paths, userPath } from '../../src/site/http/paths.ts';
import { aTenant, aUser, type TestUser } from '../support/builders.ts';
import {
  at,
  countOf,
  idle,
  namesOf,
  opens,
  opensUser,
  rulesOf,
  setsState,
  userOf,
  type Stage,
  type Step,
} from '../support/concurrent-forms.ts';
import { aPerson, type Person } from '../support/person.ts';
import { openPortal, type Portal } from '../support/portal.ts';
import { english } from '../support/second-factor.ts';
import { startSecondNode } from '../support/second-node.ts';
import { postgres, skipWithout } from '../support/services.ts';
import * as activityStore from '../../src/core/activity/activity.store.ts';
import { formCases } from './forms-concurrent.cases.ts';
import { credentialCases } from './forms-concurrent-credentials.cases.ts';

const { user: userPage, rules, blockUser } = paths;
/** Every form that is checked for concurrent changes must be listed here. */
const cases = { ...formCases, ...credentialCases };

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `forms that two administrators have open at the same time, on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});

      /** @param second the process that serves the second administrator */
      async function twoPeople(second: { readonly app: Portal['app'] | string } = portal) {
        const tenant = await aTenant(portal, { language: 'en' });
        const add = (displayName: string, administratorLevel: TestUser['administratorLevel'] = 'none') =>
          aUser(portal, tenant, { displayName, administratorLevel, language: 'en' });
        const stage: Stage = { portal, tenant, user: await add('Anne Martin') };
        const people = [
          await aPerson(portal, english).signIn(await add('Bea First', 'global')),
          await aPerson(second, english).signIn(await add('Camille Second', 'global')),
        ] as const;
        return { stage, people };
      }

      it('every form that is checked for concurrent changes is in the table of this file', () => {
        const compared = portal.routes.flatMap((route) =>
          route.method === 'post' && 'comparedBy' in route.form.changes ? [route.path] : [],
        );
        assert.deepEqual(compared.sort(), Object.keys(cases).sort());
      });

      for (const [path, rows] of Object.entries(cases))
        for (const [label, row] of Object.entries(rows))
          for (const order of ['Bea submits first', 'Camille submits first'] as const)
            it(`${path}: ${label}, ${order}`, async () => {
              const { stage, people } = await twoPeople();
              const [bea, camille] = people;
              const [first, second] = order === 'Bea submits first' ? [bea, camille] : [camille, bea];
              const whoIs = (person: Person): string => (person === bea ? 'Bea First' : 'Camille Second');
              await row.before?.(stage);
              await row.open(first, stage);
              await row.open(second, stage);
              await row.first(first, stage);
              await row.second(second, stage);
              assert.equal(second.status, row.status, second.text);
              if (row.says) {
                second.sees(row.says);
                // The conflict pages for resets say when the password was changed.
                const saysWho = path !== paths.bulkReset && path !== paths.resetPassword;
                if (saysWho) second.sees(path === paths.removeSecondFactor ? 'Anne Martin' : whoIs(first));
              }
              assert.deepEqual(await row.after(stage), row.result);
            });

      it('a conflict is resolved by submitting the form on the conflict page', async () => {
        for (const [path, label] of [
          [userPage, 'the same field is a conflict'],
          [rules, 'the same rule is a conflict'],
          [blockUser, 'a block and an unblock in the meantime are a conflict'],
          [paths.bulkUsers, 'a block and an unblock in the meantime are a conflict'],
          [paths.eraseUser, 'another deletion in the meantime is a conflict'],
          [paths.removeSecondFactor, 'a factor that was set up in the meantime is kept'],
        ] as const) {
          const row = cases[path]?.[label];
          const { stage, people } = await twoPeople();
          assert.ok(row);
          await row.before?.(stage);
          for (const person of people) await row.open(person, stage);
          await row.first(people[0], stage);
          await row.second(people[1], stage);
          const button = people[1].$('main form[method=post] button[type=submit]').first().text().trim();
          await people[1].submit(button);
          assert.equal(people[1].status, 200, people[1].text);
          assert.notDeepEqual(await row.after(stage), row.result, path);
        }
      });

      // The pages always send the state that they showed. A request without this state is performed, so repeating it
      // must have no further effect.
      for (const [path, state, kind] of [
        [paths.blockUser, 'active', 'user.blocked'],
        [paths.unblockUser, 'blocked', 'user.unblocked'],
        [paths.deleteUser, 'active', 'user.deleted'],
        [paths.restoreUser, 'deleted', 'user.restored'],
        [paths.eraseUser, 'deleted', 'user.erased'],
      ] as const)
        it(`${path}: repeating a request without the state that its page showed changes and records nothing`, async () => {
          const { stage, people } = await twoPeople();
          await setsState(state)(stage);
          const address = at(path)(stage);
          const { status } = await people[0].send('POST', address);
          assert.ok([200, 303].includes(status), String(status));
          const after = await userOf(stage);
          const again = await people[1].send('POST', address);
          assert.ok([200, 303, 404].includes(again.status), String(again.status));
          assert.deepEqual(await userOf(stage), after);
          const entries = portal.database.knex('activity').where({ kind, tenant_id: stage.tenant.id });
          assert.equal((await entries).length, 1);
        });

      it('ended sessions are recorded once, however often the button is pressed', async () => {
        const { stage, people } = await twoPeople();
        await aPerson(portal, english).signIn(stage.user);
        for (const person of people) await opensUser(person, stage);
        for (const person of people) await person.submit('End all sessions');
        people[1].sees('was signed out of all sessions');
        assert.equal(await countOf('sessions.ended')(stage), 1);
        const own = await aPerson(portal, english).signIn(stage.user);
        await aPerson(portal, english).signIn(stage.user);
        await own.visit(paths.ownSessions);
        for (let times = 0; times < 2; times++) await own.send('POST', paths.ownSessions, { session: 'others' });
        assert.equal(await countOf('sessions.ended')(stage), 2);
      });

      describe('submitted at the same time to two processes', async () => {
        // The second process uses the machine's clock.
        portal.clock.now = Date.now();
        const node = { app: await startSecondNode(portal) };
        const opened = async (open: Step) => {
          portal.clock.now = Date.now();
          const { stage, people } = await twoPeople(node);
          for (const person of people) await open(person, stage);
          return { stage, people };
        };
        const statusesOf = (people: readonly Person[]): number[] => people.map(({ status }) => status).sort();

        for (const [path, open, one, other, result] of [
          [userPage, opensUser, { 'First name': 'Anna' }, { 'Last name': 'Roy' }, ['Anna', 'Roy']],
          [
            rules,
            opens(() => rules),
            { [idle]: '10' },
            { 'Maximum session length': '5' },
            { idleMinutes: 10, absoluteHours: 5 },
          ],
        ] as const)
          it(`${path}: both forms are saved if they change different fields`, async () => {
            const { stage, people } = await opened(open);
            await Promise.all([people[0].submit('Save', one), people[1].submit('Save', other)]);
            assert.deepEqual(statusesOf(people), [200, 200]);
            assert.deepEqual(await (path === rules ? rulesOf : namesOf)(stage), result);
          });

        for (const [path, open, field, values] of [
          [userPage, opensUser, 'First name', ['Anna', 'Anneliese']],
          [rules, opens(() => rules), idle, ['10', '11']],
        ] as const)
          it(`${path}: one form is rejected as a conflict if both change the same field`, async () => {
            const { stage, people } = await opened(open);
            await Promise.all(people.map((person, index) => person.submit('Save', { [field]: values[index] ?? '' })));
            assert.deepEqual(statusesOf(people), [200, 409]);
            const winner = people.findIndex(({ status }) => status === 200);
            const stored = path === rules ? String((await rulesOf(stage))?.idleMinutes) : (await namesOf(stage))[0];
            assert.equal(stored, values[winner]);
            const entries = await activityStore.latestOfUser(portal.database, stage.tenant.scope, stage.user.id);
            assert.ok(entries.filter(({ event }) => event.kind === 'user.edited').length <= 1);
          });

        it('a block and the end of sessions are recorded once', async () => {
          const { stage, people } = await opened(opensUser);
          await aPerson(portal, english).signIn(stage.user);
          await Promise.all(people.map((person) => person.submit('End all sessions')));
          await Promise.all(people.map((person) => person.visit(userPath(stage.user.id))));
          await Promise.all(people.map((person) => person.submit('Block sign-in')));
          assert.deepEqual(statusesOf(people), [200, 200]);
          assert.deepEqual([await countOf('sessions.ended')(stage), await countOf('user.blocked')(stage)], [1, 1]);
        });
      });
    },
  );
}
