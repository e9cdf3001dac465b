import { aTenant, aUser, type TestTenant, type TestUser } from '../support/builders.ts';
import { aStoredRequest } from '../support/approvals.ts';
import type { ServedPortal } from '../support/browser.ts';
import * as tenantsStore from '../../src/core/accounts/stores/tenants.store.ts';

export const longName = 'Maximiliane Wolfeschlegelsteinhausenbergerdorff-Oberndorferin';
const longDomain = 'donaudampfschifffahrtselektrizitaetenhauptbetriebswerk.example';

export interface LargeTenant {
  readonly tenant: TestTenant;
  readonly admin: TestUser;
  readonly patient: TestUser;
  readonly blocked: TestUser;
  readonly user: TestUser;
  readonly deleted: TestUser;
  /** Requests of the administrator and of a colleague, and a user for whose deletion approval could be requested. */
  readonly approvals: { readonly own: string; readonly others: string; readonly another: string };
}

/** Fills a tenant with more users than fit on one page, all with very long names. */
export async function aLargeTenant(portal: ServedPortal): Promise<LargeTenant> {
  const tenant = await aTenant(portal, {
    name: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
    domain: longDomain,
  });
  const admin = await aUser(portal, tenant, {
    displayName: longName,
    username: `maximiliane.wolfeschlegelsteinhausenbergerdorff@${longDomain}`,
    administratorLevel: 'global',
    agentLevel: 'admin',
  });
  const patient = await aUser(portal, tenant, {
    displayName: 'Jean-Christophe-Emmanuel de La Rochefoucauld-Montmorency',
    administratorLevel: 'userManagement',
    agentLevel: 'helpdesk',
  });
  const blocked = await aUser(portal, tenant, { displayName: 'عبد الرحمن ابن خلدون', state: 'blocked' });
  const user = await aUser(portal, tenant, { displayName: 'Bożena Wiśniewska-Szczęsnowiczówna', agentLevel: 'sales' });
  await aUser(portal, tenant, { displayName: '李', password: 'temporary' });
  const deletedAt = portal.clock.now;
  const deleted = await aUser(portal, tenant, { displayName: `Théodora ${longName}`, state: 'deleted', deletedAt });
  for (let count = 0; count < 25; count++) await aUser(portal, tenant, { displayName: `Anne ${longName} ${count}` });
  await tenantsStore.setOwnRules(portal.database, tenant.scope, { deleteMany: 'two', deleteMoreThan: 1 });
  const colleague = await aUser(portal, tenant, { displayName: longName, administratorLevel: 'global' });
  const [own, others] = [await aStoredRequest(portal, tenant, admin), await aStoredRequest(portal, tenant, colleague)];
  return { tenant, admin, patient, blocked, user, deleted, approvals: { own, others, another: user.id } };
}
