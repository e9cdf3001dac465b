import { paths, to } from '../../../src/site/http/paths.ts';
import { expect, personNamed, StepFault, visitorOf, type Step, type Story } from '../story.ts';
import { settled } from './approval-requests.ts';

/** Deletes somebody; after many, that takes another administrator. @returns the user's id */
async function deleteUser(story: Story, name: string): Promise<string> {
  const admin = visitorOf(story, 'administrator');
  const userId = personNamed(story, name).id;
  await admin.get(to(paths.deleteUser, { userId }));
  await settled(story, expect(await admin.send(to(paths.deleteUser, { userId })), 200));
  return userId;
}

/** How people go: deleted, restored, erased, suspended, signed out. */
export const leavingSteps: readonly Step[] = [
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
      const admin = visitorOf(story, 'administrator');
      await admin.get(paths.deletedUsers);
      expect(await admin.send(to(paths.restoreUser, { userId: personNamed(story, 'colleague').id })), 200);
    },
  },
  {
    title: 'Delete a user and erase them for good',
    operation: 'users.delete',
    act: async (story) => {
      const admin = visitorOf(story, 'administrator');
      const userId = await deleteUser(story, 'newcomer');
      await admin.get(to(paths.eraseUser, { userId }));
      expect(await admin.send(to(paths.eraseUser, { userId })), 200);
    },
  },
  {
    title:
      'Add an unlisted company by the operator’s command, suspend it and let it in again; carry the directory once more',
    act: async ({ region, plant, learn, exports }, there) => {
      // It is in no directory: its domain is nobody's business but its region's.
      const domain = `${plant('domain of a company that is in no directory')}.example`;
      const about = ['--name', plant('name of a second company'), '--domain', domain, '--unlisted'];
      const language = ['--language', region.rules.defaultLanguage];
      const admin = [
        '--admin-name',
        plant('name of its administrator'),
        '--admin-username',
        `${plant('user name of its administrator')}@${domain}`,
      ];
      const printed = await region.command(['tenant', 'add', ...about, ...language, ...admin, '--json']);
      const { tenantId, temporaryPassword } = JSON.parse(printed) as { tenantId: string; temporaryPassword: string };
      learn('temporary password printed to the operator', 'secret', temporaryPassword);
      await region.command(['tenant', 'suspend', tenantId]);
      await region.command(['tenant', 'resume', tenantId]);
      const directory = await region.command(['route', 'export']);
      await there.region.command(['route', 'import', '-'], directory);
      exports.push({ name: 'directory as exported once more', text: directory, mayHoldDomains: true });
    },
  },
  {
    title: 'Sign out',
    act: async (story) => {
      for (const name of ['administrator', 'member']) {
        const visitor = visitorOf(story, name);
        await visitor.get(paths.dashboard);
        expect(await visitor.send(paths.signOut), 200);
        const after = await visitor.get(paths.dashboard);
        if (after.path !== paths.signIn) throw new StepFault('a signed-out session still opened something');
      }
    },
  },
];
