import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TenantRules } from '../../src/domain/tenant-rules.ts';
import {
  approvalsPage,
  aTenantWithApprovals,
  storedUser,
  usersPage,
  type ApprovalTenant,
} from '../support/approvals.ts';
import { csvOf, shownRows, uploadForCheck } from '../support/imports.ts';
import { header } from '../support/import-row-cases.ts';
import type { Person } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { aSecondFactorUser } from '../support/second-factor.ts';
import { postgres, skipWithout } from '../support/services.ts';

type Answer = Readonly<{ status: number; text: string }>;

const reason = 'no one in your organization could approve actions that need two administrators';
const exportNeedsTwo: TenantRules = { export: 'two' };
const pageOf = ({ id }: { id: string }): string => `${usersPage}/${id}`;
const demotionOf = ({ other }: ApprovalTenant): string =>
  csvOf(header, [other.username, 'Noah', 'Klein', 'Noah Klein', 'No admin', 'No agent', '']);

/** Actions on `other`: a page opened while a third Global admin is active, and a request sent once only two remain. */
const acts: [
  label: string,
  open: (person: Person, fixture: ApprovalTenant) => Promise<unknown>,
  send: (person: Person, fixture: ApprovalTenant) => Promise<Answer>,
  rules?: TenantRules,
][] = [
  [
    'removing the level',
    (person, { other }) => person.visit(pageOf(other)),
    (person) => person.submit('Save', { 'Administrator level': 'none' }),
  ],
  [
    'blocking',
    (person, { other }) => person.visit(pageOf(other)),
    (person, { other }) => person.send('post', `${pageOf(other)}/block`),
  ],
  [
    'deleting',
    (person, { other }) => person.visit(`${pageOf(other)}/delete`),
    (person, { other }) => person.send('post', `${pageOf(other)}/delete`),
  ],
  [
    'resetting the password',
    (person, { other }) => person.visit(`${pageOf(other)}/reset-password`),
    (person, { other }) => person.send('post', `${pageOf(other)}/reset-password`, { epoch: '0' }),
  ],
  [
    'removing the second factor',
    (person, { other }) => person.visit(`${pageOf(other)}/remove-second-factor`),
    (person, { other }) => person.send('post', `${pageOf(other)}/remove-second-factor`),
  ],
  ...(['block', 'delete'] as const).map((action): (typeof acts)[number] => [
    `a bulk action: ${action}`,
    (person, { other, plain }) => person.visit(`${usersPage}/bulk?action=${action}&user=${other.id}&user=${plain.id}`),
    (person, { other }) => person.send('post', `${usersPage}/bulk`, { action, user: other.id }),
  ]),
  [
    'a bulk reset',
    (person, { other }) => person.visit(`${usersPage}/bulk?action=reset&user=${other.id}`),
    async (person, { other }) => {
      const { status, text } = await person.send('post', `${usersPage}/bulk/reset-password`, {
        target: `${other.id}.0`,
      });
      assert.match(text, /Needed to approve requests/);
      return { status, text: reason };
    },
  ],
  [
    'requesting to delete several users',
    (person) => person.visit(usersPage),
    (person, { other, plain }) => person.visit(`${approvalsPage}/new?act=delete&user=${other.id}&user=${plain.id}`),
    { ...exportNeedsTwo, deleteMany: 'two', deleteMoreThan: 1 },
  ],
];

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `an action that would leave an organization without an approver, on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
      const { knex } = portal.database;

      const dismiss = ({ third }: ApprovalTenant) => knex('users').where({ id: third.id }).update({ state: 'blocked' });
      const stateOf = async ({ other }: ApprovalTenant) => {
        const { state, administrator_level: level, epoch, second_factor_at: factor } = await storedUser(portal, other);
        return { state, level, epoch, factor };
      };

      for (const [label, open, send, rules = exportNeedsTwo] of acts) {
        it(`is refused, even if its page was opened while there was another approver: ${label}`, async () => {
          const fixture = await aTenantWithApprovals(portal, rules);
          await aSecondFactorUser(portal, fixture.other);
          const camille = await fixture.as(fixture.requester);
          await open(camille, fixture);
          assert.equal(camille.status, 200);
          await dismiss(fixture);
          const before = await stateOf(fixture);
          const answer = await send(camille, fixture);
          assert.equal(answer.status, 409);
          assert.ok(answer.text.includes(reason));
          assert.deepEqual(await stateOf(fixture), before);
          assert.equal(before.state, 'active');
        });
      }

      it('is refused in a row of an import when the file is checked, and again when it is applied', async () => {
        const fixture = await aTenantWithApprovals(portal, exportNeedsTwo);
        const camille = await uploadForCheck(await fixture.as(fixture.requester), demotionOf(fixture));
        const address = camille.path;
        await dismiss(fixture);
        await camille.submit('Import 1 row').then(() => portal.background.runAll());
        assert.equal((await stateOf(fixture)).level, 'global');
        (await camille.visit(address)).sees(reason);
        const again = await uploadForCheck(camille, demotionOf(fixture));
        assert.deepEqual(
          shownRows(again).map(({ result, details }) => [result, details.includes(reason)]),
          [['Rejected', true]],
        );
      });

      it('is not offered on the user page or in bulk actions, which explain the reason', async () => {
        const fixture = await aTenantWithApprovals(portal, exportNeedsTwo);
        await aSecondFactorUser(portal, fixture.other);
        const camille = await fixture.as(fixture.requester);
        const actions = () => ({
          buttons: ['Block', 'Delete user', 'Reset password', 'Remove authenticator app'].filter((name) =>
            camille
              .$('main button, main a')
              .toArray()
              .some((each) => camille.$(each).text().trim().startsWith(name)),
          ),
          levels: camille.$('#administratorLevel option').length,
        });
        const about = 'This Global admin is needed to approve actions that need two administrators.';
        (await camille.visit(pageOf(fixture.other))).doesNotSee(about);
        assert.deepEqual(actions(), {
          buttons: ['Block', 'Delete user', 'Reset password', 'Remove authenticator app'],
          levels: 4,
        });
        await dismiss(fixture);
        (await camille.visit(pageOf(fixture.other))).sees(about);
        assert.deepEqual(actions(), { buttons: [], levels: 1 });
        for (const page of ['delete', 'reset-password', 'remove-second-factor']) {
          await camille.visit(`${pageOf(fixture.other)}/${page}`);
          assert.equal(camille.status, 409, page);
          camille.sees(reason);
        }
        for (const action of ['block', 'delete', 'reset']) {
          await camille.visit(`${usersPage}/bulk?action=${action}&user=${fixture.other.id}&user=${fixture.plain.id}`);
          camille.sees('Needed to approve requests');
          assert.equal(camille.$(`input[name=user][value="${fixture.other.id}"]`).length, 0, action);
        }
        const ada = await fixture.as(fixture.manager);
        (await ada.visit(pageOf(fixture.other))).doesNotSee(about);
        (await camille.visit(pageOf(fixture.requester))).doesNotSee(about);
      });
    },
  );
}
