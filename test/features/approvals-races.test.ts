import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScope } from '../../src/domain/scope.ts';
import { Failure } from '../../src/domain/errors.ts';
import { createApprovals } from '../../src/core/approvals/approvals.ts';
import { createPerform, type PerformParts } from '../../src/core/approvals/perform.ts';
import { createLinkTokens } from '../../src/core/accounts/links/tokens.ts';
import { createCredentialIssuer } from '../../src/core/accounts/links/hand-over.ts';
import { createThrottle } from '../../src/core/accounts/throttles/throttle.ts';
import { createUserChanges } from '../../src/core/accounts/users/changes.ts';
import { createUsers } from '../../src/core/accounts/users/reset-password.ts';
import { tightened } from '../../src/domain/tenant-rules.ts';
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
import { linkAddresses } from '../../src/site/http/paths.ts';
import { person } from '../../src/domain/principal.ts';

for (const [dialect, server] of [
  ['SQLite', { url: undefined }],
  ['PostgreSQL', await postgres()],
] as const) {
  describe(`two at once, on ${dialect}, ${rounds} times`, { skip: skipWithout('postgres', server) }, async () => {
    const portal = await openPortal(server?.url ? { databaseUrl: server.url } : {});
    const { database } = portal;
    const clock = (): number => portal.clock.now;
    // A budget of its own would end these rounds before they show anything.
    const throttle = {
      ...createThrottle(portal.database, portal.config.rules),
      takeBudget: () => Promise.resolve(null),
    };
    const approvals = createApprovals({ database, clock });
    const tokens = createLinkTokens([], linkAddresses(portal.config.baseUrl));
    const credentialIssuer = createCredentialIssuer({ hasher: portal.hasher, tokens, canMail: false, clock });
    const users = createUsers({ database, credentialIssuer, throttle, clock });
    const changes = createUserChanges({ database, clock });
    const perform = createPerform({ database, approvals, users, throttle, clock } as unknown as PerformParts);

    const company = await aTenantWithApprovals(portal);
    const fourth = await aUser(portal, company.tenant, { administratorLevel: 'global' });
    const rules = tightened(portal.config.rules, everyApprovalRule);

    // Everybody as they were before, but for whose password is reset: their epoch goes on.
    async function aRound() {
      const { knex } = portal.database;
      await knex('users').where({ id: company.other.id }).update({ state: 'active', epoch: 0 });
      await knex('approvals').delete();
      const before = (await activityKindsOf(portal, company.tenant)).length;
      const scopeOf = (actor: TestUser) => createScope({ ...company.tenant.scope, rules, principal: person(actor) });
      const wish = { act: 'resetPassword', userIds: [company.third.id] } as const;
      const asked = await approvals.ask(scopeOf(company.asker), wish, 'Because');
      if (asked.outcome !== 'asked') throw new Error(asked.outcome);
      const scopes = { asker: scopeOf(company.asker), other: scopeOf(company.other), fourth: scopeOf(fourth) };
      const kinds = async (): Promise<string[]> => (await activityKindsOf(portal, company.tenant)).slice(before);
      return { ...company, ...scopes, people: company, id: asked.id, kinds };
    }

    const settle = async (work: readonly Promise<unknown>[]): Promise<unknown[]> =>
      (await Promise.allSettled(work)).map((each) => {
        if (each.status === 'fulfilled') return each.value;
        if (each.reason instanceof Failure) return each.reason.kind;
        throw each.reason;
      });

    it('answer: one answer counts', async () => {
      for (let round = 0; round < rounds; round++) {
        const { id, other, fourth, kinds } = await aRound();
        const answers = [approvals.decide(other, id, 'confirmed', ''), approvals.decide(fourth, id, 'declined', '')];
        assert.deepEqual((await settle(answers)).sort(), ['decided', 'late']);
        assert.equal((await kinds()).length, 2);
      }
    });

    it('confirm and withdraw: whatever comes last, nothing is both', async () => {
      for (let round = 0; round < rounds; round++) {
        const { tenant, id, other, asker, kinds: recorded } = await aRound();
        await settle([approvals.decide(other, id, 'confirmed', ''), approvals.withdraw(asker, id)]);
        const kinds = (await recorded()).slice(1);
        const inOrder = ['approval.confirmed approval.withdrawn', 'approval.withdrawn'];
        assert.ok(inOrder.includes(kinds.join(' ')), kinds.join(' '));
        assert.deepEqual(await requestStatesOf(portal, tenant), ['withdrawn']);
      }
    });

    it('do it: one temporary password is made', async () => {
      for (let round = 0; round < rounds; round++) {
        const { id, other, asker, kinds: recorded } = await aRound();
        await approvals.decide(other, id, 'confirmed', '');
        const done = (await settle([perform(asker, id), perform(asker, id)])) as { outcome: string }[];
        assert.deepEqual(done.map(({ outcome }) => outcome).sort(), ['late', 'reset']);
        const kinds = await recorded();
        assert.equal(kinds.filter((kind) => kind === 'password.reset').length, 1);
      }
    });

    it('do it while whoever confirmed is blocked: one of the two is first', async () => {
      for (let round = 0; round < rounds; round++) {
        const { id, other, asker, people, kinds: recorded } = await aRound();
        await approvals.decide(other, id, 'confirmed', '');
        await settle([perform(asker, id), changes.block(asker, people.other.id)]);
        const kinds = (await recorded()).slice(2).join(' ');
        const inOrder = ['approval.done password.reset user.blocked', 'user.blocked approval.lapsed'];
        assert.ok(inOrder.includes(kinds), kinds);
      }
    });

    it('delete: no more than one may delete alone', async () => {
      for (let round = 0; round < rounds; round++) {
        const { tenant, asker, kinds: recorded } = await aRound();
        portal.clock.now += 24 * hourMs;
        const many = [];
        for (let count = 0; count < 5; count++) many.push(await aUser(portal, tenant));
        await settle(many.map(({ id }) => changes.remove(asker, id)));
        const kinds = await recorded();
        assert.equal(kinds.filter((kind) => kind === 'user.deleted').length, everyApprovalRule.deleteMoreThan);
      }
    });
  });
}
