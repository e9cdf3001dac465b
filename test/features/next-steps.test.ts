import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Request, Response } from 'express';
import { pino } from 'pino';
import { conflict, Failure } from '../../src/domain/errors.ts';
import type { Cookies } from '../../src/site/http/cookies.ts';
import type { Drafts } from '../../src/site/http/drafts.ts';
import { paths, userPath } from '../../src/site/http/paths.ts';
import { errorPages } from '../../src/site/http/errors.ts';
import type { Pages } from '../../src/site/http/page.ts';
import { aTenant, aUser } from '../support/builders.ts';
import { aStoredRequest, anApprovedRequest, aTenantWithApprovals, aPendingRequest } from '../support/approvals.ts';
import { aTenantWithHandover, resetByLink } from '../support/links.ts';
import { anOperator, aSupportedTenant, enterPath, enterSupport, grantSupport } from '../support/operators.ts';
import { aPerson } from '../support/person.ts';
import { openPortal } from '../support/portal.ts';
import { withRules } from '../support/rules.ts';
import { aSecondFactorUser, english, recoveryCodesOn, confirmationFields, totpCode } from '../support/second-factor.ts';

describe('a page with an error or conflict', async () => {
  const portal = await openPortal();

  it('offers sign-out to a signed-in user who opens a one-time link', async () => {
    const { tenant, camille, admin } = await aTenantWithHandover(portal, 'link');
    const link = await resetByLink(admin, await aUser(portal, tenant));
    const again = await aPerson(portal, english).signIn(camille);
    await again.visit(link);
    assert.equal(again.$('main form').attr('action'), paths.signOut);
    assert.equal(again.$(`main a[href="${paths.dashboard}"]`).length, 1);
    const { status } = await again.send('POST', paths.signOut);
    assert.equal(status, 303);
    assert.equal((await again.visit(link)).$('main form button').text().trim(), 'Use this link');
  });

  it('explains where to get a new link if a link is invalid', async () => {
    const gone = '/link/AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA';
    const worldwide = await aPerson(portal, english).visit(gone);
    worldwide.sees('ask an administrator in your organization').doesNotSee('request a new one');
    const china = await openPortal({ environment: { REGION: 'china' } });
    const alone = await aPerson(china, english).visit(gone);
    alone.sees('request a new one').doesNotSee('ask an administrator');
    await alone.follow('Recover your account');
    assert.equal(alone.path, paths.recoverAccess);
  });

  it('explains to an operator why they cannot open an organization, with the next step', async () => {
    const [ada, one] = [await anOperator(portal), await aSupportedTenant(portal, 'Eins')];
    const grantId = await grantSupport(portal, one, ada);
    const late = await aPerson(portal, english).signIn(ada);
    const operator = await enterSupport(portal, ada);
    const second = await operator.send('POST', enterPath(grantId));
    assert.equal(second.status, 409);
    assert.match(second.text, /You’re already in a support session/);
    assert.match(second.text, new RegExp(`<main[^]*action="${paths.leaveSupport}"`));
    await one.admin.visit(paths.supportAccess);
    await one.admin.submit('End access');
    await late.submit('Open');
    assert.equal(late.status, 409);
    late
      .sees('You can’t open this organization right now')
      .sees('Your access has ended')
      .doesNotSee('This information was changed in the meantime');
    assert.equal(late.$(`main a.btn[href="${paths.dashboard}"]`).length, 1);
  });

  it('states the reason for a conflict, and uses a generic message only if there is no reason', () => {
    const answers: unknown[] = [];
    const pages = {
      answer: (_request: unknown, _response: unknown, _view: string, { lead }: { lead: string }, more: object) =>
        answers.push([lead, 'title' in more && more.title]),
    } as unknown as Pages;
    const handle = errorPages({
      pages,
      keptInput: { cookies: {} as Cookies, drafts: {} as Drafts, findForm: () => null },
      log: pino({ level: 'silent' }),
      outages: { report: () => undefined },
      storeFaultOf: () => null,
    });
    for (const failure of [conflict('user.lastGlobalAdmin'), new Failure('conflict'), new Failure('notFound')])
      handle(failure, {} as Request, { locals: {} } as Response, () => undefined);
    assert.deepEqual(answers, [
      ['users:lastGlobalAdmin', 'errors:refused'],
      ['errors:conflict.text', 'errors:conflict.title'],
      ['errors:notFound.text', 'errors:notFound.title'],
    ]);
  });
});

describe('printed recovery codes', async () => {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { name: 'Ateliers Lumière', language: 'en' });

  it('show the user name, the portal and the date', async () => {
    const owner = await aSecondFactorUser(portal, await aUser(portal, tenant));
    const { person, user, seed } = owner;
    assert.equal(recoveryCodesOn(person).length, 10);
    const onSheet = (): string => person.$('.sheet').text();
    for (const text of [user.username, 'http://localhost:3000/sign-in', 'Ateliers Lumière', 'November 23, 2026'])
      assert.ok(onSheet().includes(text), `${text} is not on ${onSheet()}`);
    portal.clock.now += 24 * 3_600_000;
    await person.signIn(user);
    await person.submit('Sign in', { Code: totpCode(portal, seed) });
    portal.clock.now += 60_000;
    await person.visit(paths.ownRecoveryCodes);
    await person.submit('Generate new codes', confirmationFields(totpCode(portal, seed)));
    assert.equal(recoveryCodesOn(person).length, 10, person.text);
    assert.ok(onSheet().includes('November 24, 2026'), onSheet());
  });
});

describe('a wrong recovery code', async () => {
  const portal = await openPortal();

  it('has its own message, which does not ask the user to wait', async () => {
    const { user } = await aSecondFactorUser(portal, await aUser(portal, await aTenant(portal, { language: 'en' })));
    const person = await aPerson(portal, english).signIn(user);
    await person.submit('Sign in', { Code: '000000' });
    person.sees('Wait for the next code');
    await person.submit('Use recovery code', { 'Recovery code': 'AAAA' });
    person.sees('The recovery code is incorrect').doesNotSee('Wait for the next code');
  });
});

describe('the status of approval requests', async () => {
  const portal = await openPortal();

  it('is a success notice for approved requests and a warning for waiting ones', async () => {
    const fixture = await aTenantWithApprovals(portal);
    await anApprovedRequest(fixture);
    const requester = await fixture.as(fixture.requester);
    await requester.visit(paths.dashboard);
    assert.match(requester.$('.attention .notice-success').text(), /was approved/);
    await aStoredRequest(portal, fixture.tenant, fixture.requester);
    const other = await fixture.as(fixture.other);
    await other.visit(paths.dashboard);
    assert.match(other.$('.attention .notice-warning').text(), /waiting for your approval/);
  });

  it('lists the possible approvers to the requester until one of them has decided', async () => {
    const fixture = await aTenantWithApprovals(portal);
    const address = await aPendingRequest(fixture);
    const requester = await fixture.as(fixture.requester);
    await requester.visit(address);
    requester.sees('Who can approve this').sees('Noah Klein');
    const other = await fixture.as(fixture.other);
    await other.visit(address);
    other.doesNotSee('Who can approve this');
  });
});

describe('explanations of rules', () => {
  it('are shown once on a user page that the reader cannot edit', async () => {
    const portal = await openPortal();
    const tenant = await aTenant(portal, { language: 'en' });
    const global = await aUser(portal, tenant, { administratorLevel: 'global' });
    const manager = await aPerson(portal, english).signIn(
      await aUser(portal, tenant, { administratorLevel: 'userManagement' }),
    );
    await manager.visit(userPath(global.id));
    assert.equal(manager.$('.elsewhere').length, 1);
    assert.equal(manager.text.match(/Only another Global admin can take these actions/g)?.length, 1, manager.text);
    manager.sees('reset a password').sees('edit a user');
  });

  it("translate the name of the region's edition unless an operator defined it", async () => {
    for (const [edition, words] of [
      ['current', 'Actuelle'],
      ['historical', 'Historique'],
      ['2026-b', '2026-b'],
    ] as const) {
      const portal = await openPortal({ environment: withRules({ edition }) });
      const person = await aPerson(portal).visit(paths.region);
      assert.ok(
        person
          .$('dd')
          .toArray()
          .some((each) => person.$(each).text().trim() === words),
        edition,
      );
    }
  });
});
