import { paths, fillPath } from '../../../src/site/http/paths.ts';
import { expect, getAccount, StepFault, getVisitor, type Step, type Scenario } from '../scenario.ts';
import { approveIfRequired } from './approval-requests.ts';

/**
 * Deletes a user. If several users have already been deleted, another administrator approves the deletion.
 * @returns the user's id
 */
async function deleteUser(scenario: Scenario, name: string): Promise<string> {
  const admin = getVisitor(scenario, 'administrator');
  const userId = getAccount(scenario, name).id;
  await admin.get(fillPath(paths.deleteUser, { userId }));
  await approveIfRequired(scenario, expect(await admin.send(fillPath(paths.deleteUser, { userId })), 200));
  return userId;
}

/** The steps that delete, restore and erase users, suspend a tenant, and sign users out. */
export const deletionSteps: readonly Step[] = [
  {
    title: 'Delete a user',
    operation: 'users.delete',
    act: async (scenario) => {
      await deleteUser(scenario, 'colleague');
    },
  },
  {
    title: 'Restore a user',
    operation: 'users.restore',
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      await admin.get(paths.deletedUsers);
      expect(await admin.send(fillPath(paths.restoreUser, { userId: getAccount(scenario, 'colleague').id })), 200);
    },
  },
  {
    title: 'Delete a user and erase them permanently',
    operation: 'users.delete',
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      const userId = await deleteUser(scenario, 'newcomer');
      await admin.get(fillPath(paths.eraseUser, { userId }));
      expect(await admin.send(fillPath(paths.eraseUser, { userId })), 200);
    },
  },
  {
    title: 'Add an unlisted tenant by the operator’s command, suspend and resume it, and transfer the directory again',
    act: async ({ region, plant, track, exports }, there) => {
      // The tenant is unlisted, so its domain must not leave the region.
      const domain = `${plant('domain of an unlisted tenant')}.example`;
      const about = ['--name', plant('name of a second tenant'), '--domain', domain, '--unlisted'];
      const language = ['--language', region.rules.defaultLanguage];
      const admin = [
        '--admin-name',
        plant('name of its administrator'),
        '--admin-username',
        `${plant('user name of its administrator')}@${domain}`,
      ];
      const printed = await region.command(['tenant', 'add', ...about, ...language, ...admin, '--json']);
      const { tenantId, temporaryPassword } = JSON.parse(printed) as { tenantId: string; temporaryPassword: string };
      track('temporary password printed to the operator', 'secret', temporaryPassword);
      await region.command(['tenant', 'suspend', tenantId, '--yes']);
      await region.command(['tenant', 'resume', tenantId]);
      const directory = await region.command(['route', 'export']);
      await there.region.command(['route', 'import', '-', '--yes'], directory);
      exports.push({ name: 'directory, exported again', text: directory, mayHoldDomains: true });
    },
  },
  {
    title: 'Sign out',
    act: async (scenario) => {
      for (const name of ['administrator', 'member']) {
        const visitor = getVisitor(scenario, name);
        await visitor.get(paths.dashboard);
        expect(await visitor.send(paths.signOut), 200);
        const after = await visitor.get(paths.dashboard);
        if (after.path !== paths.signIn) throw new StepFault('a signed-out session was still accepted');
      }
    },
  },
];
