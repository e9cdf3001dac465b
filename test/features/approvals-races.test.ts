import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScope } from '../../src/domain/scope.ts';
import { Failure } from '../../src/domain/errors.ts';
import { createApprovals } from '../../src/core/approvals/approvals.ts';
import { createPerform, type PerformDependencies } from '../../src/core/approvals/perform-approval.ts';
import { createLinkTokens } from '../../src/core/accounts/links/tokens.ts';
import { createCredentialIssuer } from '../../src/core/accounts/links/credential-issuer.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { createUserActions } from '../../src/core/accounts/users/user-actions.ts';
import { createUsers } from '../../src/core/accounts/users/reset-password.ts';
import { effectiveRules } from '../../src/domain/tenant-rules.ts';
import {
  aTenantWithApprovals,
  everyApprovalRule,
  hourMs,
  activityKindsOf,
  requestStatesOf,
} from '../support/approvals.ts';
import { aUser, type TestUser } from '../support/builders.ts';
import { openPortal } from '../support/portal.ts';
import { rounds } from '../support/rounds.ts';
import { postgres, skipWithout } from '../support/services.ts';
import { oneTimeLinkUrls } from '../../src/site/http/paths.ts';
import { person } from '../../src/domain/principal.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(
    `approval races, repeated ${rounds} times, on ${dialect}`,
    { skip: skipWithout('postgres', server) },
    async () => {
      const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
      const { database } = portal;
      const clock = (): number => portal.clock.now;
      // The actual rate limit would be exceeded by these rounds.
      const throttle = {
        ...createThrottle(portal.database, portal.config.rules, () => Date.now()),
        consumeBudget: () => Promise.resolve(null),
      };
      const approvals = createApprovals({ database, clock });
      const tokens = createLinkTokens([], oneTimeLinkUrls(portal.config.baseUrl));
      const credentialIssuer = createCredentialIssuer({ hasher: portal.hasher, tokens, canMail: false, clock });
      const users = createUsers({ database, credentialIssuer, throttle, clock });
      const changes = createUserActions({ database, clock });
      const perform = createPerform({ database, approvals, users, throttle, clock } as unknown as PerformDependencies);

      const fixture = await aTenantWithApprovals(portal);
      const fourth = await aUser(portal, fixture.tenant, { administratorLevel: 'global' });
      const rules = effectiveRules(portal.config.rules, everyApprovalRule);

      // Resets everything between rounds except the epoch of `third`, which increases with each reset.
      async function aRound() {
        const { knex } = portal.database;
        await knex('users').where({ id: fixture.other.id }).update({ state: 'active', epoch: 0 });
        await knex('approvals').delete();
        const before = (await activityKindsOf(portal, fixture.tenant)).length;
        const scopeOf = (actor: TestUser) => createScope({ ...fixture.tenant.scope, rules, principal: person(actor) });
        const newRequest = { act: 'resetPassword', userIds: [fixture.third.id] } as const;
        const asked = await approvals.request(scopeOf(fixture.requester), newRequest, 'Because');
        if (asked.outcome !== 'requested') throw new Error(asked.outcome);
        const scopes = {
          requester: scopeOf(fixture.requester),
          other: scopeOf(fixture.other),
          fourth: scopeOf(fourth),
        };
        const kinds = async (): Promise<string[]> => (await activityKindsOf(portal, fixture.tenant)).slice(before);
        return { ...fixture, ...scopes, people: fixture, id: asked.id, kinds };
      }

      const settle = async (work: readonly Promise<unknown>[]): Promise<unknown[]> =>
        (await Promise.allSettled(work)).map((each) => {
          if (each.status === 'fulfilled') return each.value;
          if (each.reason instanceof Failure) return each.reason.kind;
          throw each.reason;
        });

      it('only the first decision takes effect if a request is approved and declined', async () => {
        for (let round = 0; round < rounds; round++) {
          const { id, other, fourth, kinds } = await aRound();
          const answers = [approvals.decide(other, id, 'confirmed', ''), approvals.decide(fourth, id, 'declined', '')];
          assert.deepEqual((await settle(answers)).sort(), ['decided', 'late']);
          assert.equal((await kinds()).length, 2);
        }
      });

      it('a request that is approved and withdrawn ends as withdrawn', async () => {
        for (let round = 0; round < rounds; round++) {
          const { tenant, id, other, requester, kinds: recorded } = await aRound();
          await settle([approvals.decide(other, id, 'confirmed', ''), approvals.withdraw(requester, id)]);
          const kinds = (await recorded()).slice(1);
          const inOrder = ['approval.confirmed approval.withdrawn', 'approval.withdrawn'];
          assert.ok(inOrder.includes(kinds.join(' ')), kinds.join(' '));
          assert.deepEqual(await requestStatesOf(portal, tenant), ['withdrawn']);
        }
      });

      it('performing a request twice creates one temporary password', async () => {
        for (let round = 0; round < rounds; round++) {
          const { id, other, requester, kinds: recorded } = await aRound();
          await approvals.decide(other, id, 'confirmed', '');
          const done = (await settle([perform(requester, id), perform(requester, id)])) as { outcome: string }[];
          assert.deepEqual(done.map(({ outcome }) => outcome).sort(), ['late', 'reset']);
          const kinds = await recorded();
          assert.equal(kinds.filter((kind) => kind === 'password.reset').length, 1);
        }
      });

      it('a request is either performed or expires if its approver is blocked at the same time', async () => {
        for (let round = 0; round < rounds; round++) {
          const { id, other, requester, people, kinds: recorded } = await aRound();
          await approvals.decide(other, id, 'confirmed', '');
          await settle([perform(requester, id), changes.block(requester, people.other.id)]);
          const kinds = (await recorded()).slice(2).join(' ');
          const inOrder = ['approval.done password.reset user.blocked', 'user.blocked approval.lapsed'];
          assert.ok(inOrder.includes(kinds), kinds);
        }
      });

      it('concurrent deletions do not exceed the number allowed without approval', async () => {
        for (let round = 0; round < rounds; round++) {
          const { tenant, requester, kinds: recorded } = await aRound();
          portal.clock.now += 24 * hourMs;
          const many = [];
          for (let count = 0; count < 5; count++) many.push(await aUser(portal, tenant));
          await settle(many.map(({ id }) => changes.remove(requester, id)));
          const kinds = await recorded();
          assert.equal(kinds.filter((kind) => kind === 'user.deleted').length, everyApprovalRule.deleteMoreThan);
        }
      });
    },
  );
}
