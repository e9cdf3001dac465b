import { paths, resetPasswordPath, userPath } from '../../src/site/http/paths.ts';
import { editFormValues } from '../support/edit-user.ts';
import { aUser } from '../support/builders.ts';
import type { Person } from '../support/person.ts';
import { aSecondFactorUser } from '../support/second-factor.ts';
import { custom, shipped } from './sensitive-actions.table.ts';
import { describeUnderEachPack, type Scenario } from './scenario.ts';

describeUnderEachPack('sensitive actions', { shipped, custom }, async (scenario) => {
  const { portal, tenant } = scenario;
  const owner = await aUser(portal, tenant, { displayName: 'Inès Haddad', language: 'en' });
  await aSecondFactorUser(portal, owner);
  const admin = await scenario.signIn(scenario.camille);
  await removeSecondFactor(scenario, admin, userPath(owner.id));
  await handOver(scenario, admin);
  await performGuardedActions(scenario, admin);
  await scenario.notePage(
    'request shown to another Global admin',
    await scenario.signIn(scenario.anne),
    paths.approvals,
    '.name-first',
  );
  await scenario.noteLog();
});

async function removeSecondFactor({ notePage, noteResponse }: Scenario, admin: Person, page: string): Promise<void> {
  const selector = '[aria-labelledby=second-factor] .btn, .elsewhere.narrow p';
  await notePage('page of a user with a second factor', admin, page, selector);
  await notePage('form to remove the second factor', admin, `${page}/remove-second-factor`);
  await noteResponse('removing the second factor', admin, `${page}/remove-second-factor`);
}

async function handOver({ tenant, zoe, notePage, observed }: Scenario, admin: Person): Promise<void> {
  await notePage('first line of the reset form', admin, resetPasswordPath(zoe.id), '.zone li:first-child');
  const reset = await admin.send('POST', resetPasswordPath(zoe.id), { epoch: '0' });
  observed['credential shown by a reset'] = credentialOn(reset.text);
  const ada = { firstName: 'Ada', lastName: 'Betrieb', displayName: 'Ada Betrieb', username: `ada@${tenant.domain}` };
  observed['credential shown for a new user'] = credentialOn((await admin.send('POST', paths.newUser, ada)).text);
}

const credentialOn = (page: string): string =>
  /<output[^>]*\bid="([^"]+)"/.exec(page)?.[1] ?? /Email is being sent/.exec(page)?.[0] ?? 'nothing';

async function performGuardedActions(scenario: Scenario, admin: Person): Promise<void> {
  const { notePage, noteResponse, anne, noah, rosa } = scenario;
  await noteResponse('resetting a Global admin', admin, resetPasswordPath(anne.id), { epoch: '0' });
  const names = { firstName: 'Noah', lastName: 'Diop', displayName: 'Noah Diop', language: 'en' };
  const levels = { administratorLevel: 'global', agentLevel: 'none' };
  await admin.visit(userPath(noah.id));
  await noteResponse('granting the Global admin level', admin, userPath(noah.id), {
    ...editFormValues(admin),
    ...names,
    ...levels,
  });
  await notePage('exporting users', admin, paths.exportUsers);
  if (admin.path.startsWith(paths.newApproval)) await admin.submit('Send request', { Reason: 'The audit' });
  await notePage('exporting the log', admin, paths.activityCsv);
  await notePage('deleting two users', admin, `${paths.bulkUsers}?action=delete&user=${noah.id}&user=${rosa.id}`);
}
