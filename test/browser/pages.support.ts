import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import { createScope } from '../../src/domain/scope.ts';
import { aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { anOperator, hourMs, supportPage } from '../support/operators.ts';
import type { Portal } from '../support/portal.ts';
import { longName } from './large-tenant.ts';
import { at, usersPage, type PageState } from './pages.ts';
import * as supportStore from '../../src/core/support/support.store.ts';
import { person } from '../../src/domain/principal.ts';

const purpose = `Seit Montag brechen Importe ab: ${'Donaudampfschifffahrt'.repeat(6)} 李 عبد الرحمن`;

/** A tenant with support grants in every state, and two operators: one in a support session, one without a grant. */
export async function supportPages(portal: Portal, tenant: TestTenant, admin: TestUser) {
  const { database, clock } = portal;
  const [inside, outside] = [
    await anOperator(portal, {
      displayName: longName,
      username: `m.${'wolfeschlegelstein'.repeat(3)}@hosting.example`,
    }),
    await anOperator(portal, { displayName: 'Bo Betrieb' }),
  ];
  const scope = createScope({ ...tenant.scope, principal: person(admin) });
  const grant = async (operatorId: string, level: 'look' | 'manage'): Promise<string> => {
    const [id, grantedAt] = [randomUUID(), clock.now];
    await supportStore.insert(database, scope, {
      id,
      operatorId,
      purpose,
      level,
      grantedAt,
      endsAt: grantedAt + 4 * hourMs,
    });
    return id;
  };
  for (const outcome of ['ended', 'withdrawn', 'expired'] as const)
    await supportStore.finish(database, await grant(outside.id, 'look'), outcome, clock.now);
  const entered = await grant(inside.id, 'manage');
  await supportStore.markEntered(database, entered, clock.now);
  const patient = await aUser(portal, tenant, { displayName: `Hélène ${longName}` });

  const wrongly = async (page: Page): Promise<void> => {
    await page.goto(supportPage);
    await page.fill('#hours', '0');
    await page.locator(`form[action="${supportPage}"] button[type=submit]`).click();
    await page.locator('.error-summary').waitFor();
  };
  const enter = async (page: Page): Promise<void> => {
    await page.goto('/dashboard');
    const entering = page.locator('form[action$="/enter"] button');
    if ((await entering.count()) > 0) await entering.first().click();
    await page.locator('.support-banner').waitFor();
  };
  // Simulates entering again from a dashboard that was left open in another tab.
  const enterAgain = async (page: Page): Promise<void> => {
    await enter(page);
    await page.evaluate(`{
      const form = document.querySelector('.support-banner form');
      form.action = '/support/${entered}/enter';
      form.submit();
    }`);
    await page.waitForURL('**/enter');
  };
  return {
    ...{ inside, outside },
    ofAdmins: [
      at('support access', supportPage),
      { name: 'support access, invalid', hasErrors: true, open: wrongly },
      at('dashboard of an administrator with support', '/dashboard'),
    ] satisfies PageState[],
    ofOperators: [
      at('dashboard of an operator', '/dashboard'),
      { name: 'dashboard in a support session', open: enter },
      at('user list in a support session', usersPage),
      at('user in a support session', `${usersPage}/${patient.id}`),
      at('not available for support', `${usersPage}/import`),
      { name: 'already in a support session', open: enterAgain },
    ] satisfies PageState[],
  };
}
