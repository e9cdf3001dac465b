import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  aTenantWithApprovals,
  anApprovedRequest,
  approvalsPage,
  aPendingRequest,
  usersPage,
  requestStatesOf,
  storedUser,
} from '../support/approvals.ts';
import { openPortal } from '../support/portal.ts';
import { normalizedResponse } from '../support/responses.ts';

const portal = await openPortal();
const { knex } = portal.database;
const company = await aTenantWithApprovals(portal);
const stranger = await aTenantWithApprovals(portal);
type Who = 'asker' | 'other' | 'third' | 'manager' | 'plain' | 'stranger';
const personOf = (who: Who) => (who === 'stranger' ? stranger.as(stranger.asker) : company.as(company[who]));
const fresh = async (): Promise<void> => {
  await knex('approvals').delete();
  await knex('throttles').delete();
};

const crafted: [label: string, who: Who, move: string, confirmed: boolean, status: number][] = [
  ['the asker confirms it', 'asker', 'confirmed', false, 403],
  ['the asker declines it', 'asker', 'declined', false, 403],
  ['the asker does it without an answer', 'asker', 'perform', false, 409],
  ['whom it is about confirms it', 'third', 'confirmed', false, 404],
  ['an administrator who could not do it confirms it', 'manager', 'confirmed', false, 404],
  ['somebody without a level confirms it', 'plain', 'confirmed', false, 403],
  ['an administrator of another company confirms it', 'stranger', 'confirmed', false, 404],
  ['another withdraws it', 'other', 'withdraw', false, 403],
  ['whoever confirmed does it', 'other', 'perform', true, 403],
  ['whoever confirmed withdraws it', 'other', 'withdraw', true, 403],
  ['whoever confirmed declines it afterwards', 'other', 'declined', true, 409],
  ['whom it is about does it', 'third', 'perform', true, 404],
  ['an administrator of another company does it', 'stranger', 'perform', true, 404],
  ['somebody sends a word that is none', 'other', 'done', false, 400],
];

describe('a request is not moved on when', () => {
  for (const [label, who, move, confirmed, status] of crafted) {
    it(label, async () => {
      await fresh();
      const address = confirmed ? await anApprovedRequest(company) : await aPendingRequest(company);
      const person = await (await personOf(who)).visit('/my-profile');
      const before = await storedUser(portal, company.third);
      const to = (path: string): string => (move === 'perform' ? `${path}/perform` : path);
      const answer = await person.send('post', to(address), { move });
      assert.equal(answer.status, status, answer.text.slice(0, 2_000));
      assert.doesNotMatch(answer.text, /id="temporary-password"/);
      if (status === 404) {
        const nobody = await person.send('post', to(`${approvalsPage}/${randomUUID()}`), { move });
        assert.deepEqual(normalizedResponse(answer), normalizedResponse(nobody));
      }
      assert.deepEqual(await requestStatesOf(portal, company.tenant), [confirmed ? 'confirmed' : 'open']);
      assert.deepEqual(await storedUser(portal, company.third), before);
    });
  }

  it('the same answer is sent twice, or the act is', async () => {
    await fresh();
    const address = await anApprovedRequest(company);
    const camille = await (await personOf('asker')).visit(address);
    assert.equal((await camille.send('post', `${address}/perform`)).status, 200);
    const again = await camille.send('post', `${address}/perform`);
    assert.equal(again.status, 409);
    assert.doesNotMatch(again.text, /id="temporary-password"/);
    await knex('users').where({ id: company.third.id }).update({ epoch: company.third.epoch });
  });

  it('a self-confirmation is tried: it stands in the log', async () => {
    await fresh();
    const address = await aPendingRequest(company);
    const camille = await (await personOf('asker')).visit(address);
    const answer = await camille.send('post', address, { move: 'confirmed' });
    assert.match(answer.text, /Nobody confirms what they asked for themselves/);
    await camille.visit('/account-settings/activity-log');
    camille.sees('Camille Laurent was refused an action: answer a request.');
  });
});

describe('a reason', () => {
  const reasons: [label: string, reason: string, shown: string | null][] = [
    ['empty', '', null],
    ['of blanks', '   \n\t ', null],
    ['of nothing that can be seen', '\u200b\u202e\u2066', null],
    ['of 501 letters', 'x'.repeat(501), null],
    ['of 10,000 letters', 'x'.repeat(10_000), null],
    ['of 500 letters', 'y'.repeat(500), 'y'.repeat(500)],
    ['that turns the page around', 'abc\u202edef\u2066', 'abcdef'],
    ['of HTML', '<script>alert(1)</script>&amp;', '<script>alert(1)</script>&amp;'],
    ['of several lines', 'one\r\ntwo', 'one two'],
    ['with words for the log', '{{actor}} $t(common:terms.done)', '{{actor}} $t(common:terms.done)'],
  ];
  for (const [label, reason, expected] of reasons) {
    it(label, async () => {
      await fresh();
      const camille = await (
        await personOf('asker')
      ).visit(`${approvalsPage}/new?act=resetPassword&user=${company.third.id}`);
      const form = { act: 'resetPassword', user: company.third.id, reason };
      const answer = await camille.send('post', `${approvalsPage}/new`, form);
      assert.equal(answer.status, expected === null ? 422 : 303);
      if (expected === null) return;
      await camille.visit(String(answer.headers.location));
      camille.sees(expected);
      await camille.visit('/account-settings/activity-log');
      camille.sees(`“${expected}”`);
      assert.doesNotMatch(camille.body, /<script>alert/);
    });
  }
});

describe('what is asked for', () => {
  const subjects: [label: string, fields: Record<string, string>, status: number][] = [
    ['nothing', {}, 400],
    ['an act that nobody knows', { act: 'launch' }, 400],
    ['somebody of another company', { act: 'resetPassword', user: stranger.third.id }, 404],
    ['nobody', { act: 'resetPassword' }, 404],
    ['nobody’s id', { act: 'delete', user: randomUUID() }, 404],
    ['oneself', { act: 'resetPassword', user: company.asker.id }, 403],
    ['somebody who needs no second one', { act: 'resetPassword', user: company.plain.id }, 303],
    ['a level that somebody has', { act: 'giveGlobalAdmin', user: company.third.id }, 303],
    ['to restore who is there', { act: 'restore', user: company.third.id }, 404],
    ['rules beyond the region’s', { act: 'loosenRules', deleteMoreThan: '51' }, 400],
  ];
  for (const [label, fields, status] of subjects) {
    it(label, async () => {
      await fresh();
      const camille = await (await personOf('asker')).visit(usersPage);
      const answer = await camille.send('post', `${approvalsPage}/new`, { reason: 'Because', ...fields });
      assert.equal(answer.status, status, answer.text.slice(0, 1_500));
      assert.deepEqual(await requestStatesOf(portal, company.tenant), []);
    });
  }

  it('twice is one request, and more than twenty are too many', async () => {
    await fresh();
    const camille = await (await personOf('asker')).visit(usersPage);
    const ask = (more: object) =>
      camille.send('post', `${approvalsPage}/new`, { act: 'exportLog', reason: 'Because', ...more });
    for (let day = 10; day < 30; day++) assert.equal((await ask({ from: `2026-01-${day}` })).status, 303);
    const again = await ask({ from: '2026-01-10' });
    assert.equal(again.status, 303);
    assert.equal((await requestStatesOf(portal, company.tenant)).length, 20);
    assert.equal((await ask({ from: '2026-01-30' })).status, 422);
  });

  it('by somebody whom nobody could answer: the page says what to do', async () => {
    await fresh();
    await knex('users').where({ id: company.other.id }).update({ state: 'blocked' });
    const camille = await (await personOf('asker')).visit(`${usersPage}/${company.third.id}/reset-password`);
    camille.sees('At the moment nobody can confirm this').sees('turn to the operator of the portal');
    assert.equal(camille.$('main textarea').length, 0);
    const form = { act: 'resetPassword', user: company.third.id, reason: 'Because' };
    assert.equal((await camille.send('post', `${approvalsPage}/new`, form)).status, 409);
    await knex('users').where({ id: company.other.id }).update({ state: 'active' });
  });
});
