import { paths, fillPath } from '../../../src/site/http/paths.ts';
import { expect, getAccount, StepFault, getVisitor, type Step, type Story } from '../story.ts';
import { approveIfRequired } from './approval-requests.ts';

/** Deletes a user, with the approval of another administrator if several were deleted before. @returns the user's id */
async function deleteUser(story: Story, name: string): Promise<string> {
  const admin = getVisitor(story, 'administrator');
  const userId = getAccount(story, name).id;
  await admin.get(fillPath(paths.deleteUser, { userId }));
  await approveIfRequired(story, expect(await admin.send(fillPath(paths.deleteUser, { userId })), 200));
  return userId;
}

/** Deletes, restores and erases users, suspends a tenant, and signs users out. */
export const deletionSteps: readonly Step[] = [
  {
    title: 'Delete a user',
    operation: 'users.delete',
    act: async (story) => {
      await deleteUser(story, 'colleague');
    },
  },
  {
    title: 'Restore a user',
    operation: 'users.restore',
    act: async (story) => {
      const admin = getVisitor(story, 'administrator');
      await admin.get(paths.deletedUsers);
      expect(await admin.send(fillPath(paths.restoreUser, { userId: getAccount(story, 'colleague').id })), 200);
    },
  },
  {
    title: 'Delete a user and erase them permanently',
    operation: 'users.delete',
    act: async (story) => {
      const admin = getVisitor(story, 'administrator');
      const userId = await deleteUser(story, 'newcomer');
      await admin.get(fillPath(paths.eraseUser, { userId }));
      expect(await admin.send(fillPath(paths.eraseUser, { userId })), 200);
    },
  },
  {
    title: 'Add an unlisted tenant by the operator’s command, suspend and resume it, and transfer the directory again',
    act: async ({ region, plant, track, exports }, there) => {
      // The tenant is in no directory, so its domain must stay within its region.
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
    act: async (story) => {
      for (const name of ['administrator', 'member']) {
        const visitor = getVisitor(story, name);
        await visitor.get(paths.dashboard);
        expect(await visitor.send(paths.signOut), 200);
        const after = await visitor.get(paths.dashboard);
        if (after.path !== paths.signIn) throw new StepFault('a signed-out session was still accepted');
      }
    },
  },
];
