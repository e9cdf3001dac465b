import { paths, resetPasswordPath, fillPath, userPath } from '../../../src/site/http/paths.ts';
import {
  newAccount,
  expect,
  userIdOn,
  getAccount,
  getVisitor,
  trackSession,
  type Account,
  type Step,
  type Story,
} from '../story.ts';
import type { Answer } from '../visitor.ts';
import { plantPassword, replacePassword, signIn } from './sign-in.ts';
import { acceptCredential } from './credentials.ts';

const names = (story: Story, of: string) => ({
  firstName: `Zoë ${story.plant(`first name ${of}`)}`,
  lastName: `Müller ${story.plant(`last name ${of}`)}`,
  displayName: `Zoë ${story.plant(`display name ${of}`)}`,
});

/** Adds a user to the tenant with the operator's command. */
export async function addByOperator(story: Story, name: string, more: readonly string[] = []): Promise<void> {
  const { region, plant, track, tenant, people } = story;
  const username = `${plant('user name added by the operator')}@${tenant.domain}`;
  const about = ['--username', username, '--name', `Noé ${plant('name added by the operator')}`, ...more];
  const printed = await region.command(['user', 'add', '--tenant', tenant.tenantId, ...about, '--json']);
  const { userId, temporaryPassword } = JSON.parse(printed) as { userId: string; temporaryPassword: string };
  track('temporary password printed to the operator', 'secret', temporaryPassword);
  people.set(name, newAccount(username, temporaryPassword, userId));
}

/** Adds a user through the administrator's form. The response hands over their credential. */
export async function addByForm(story: Story): Promise<{ page: Answer; account: Account }> {
  const { region, plant, track, tenant } = story;
  const admin = getVisitor(story, 'administrator');
  await admin.get(paths.newUser);
  const username = `${plant('user name')}@${tenant.domain}`;
  const language = region.rules.languages.at(-1) ?? '';
  const levels = { administratorLevel: 'none', agentLevel: 'sales', language };
  const page = expect(await admin.send(paths.newUser, { ...names(story, 'of a user'), username, ...levels }), 200);
  return { page, account: newAccount(username, '', track('id of a user', 'person', userIdOn(page))) };
}

const idOf = (story: Story, name: string): string => getAccount(story, name).id;

/** Submits one of the forms on the member's page. */
async function submitFromUserPage(story: Story, path: string, fields = {}): Promise<Answer> {
  const admin = getVisitor(story, 'administrator');
  await admin.get(userPath(idOf(story, 'member')));
  return expect(await admin.send(path, fields), 200);
}

/** Looks up the tenant's id with the operator's command. */
async function findTenant({ region, track, tenant }: Story): Promise<void> {
  const { tenants } = JSON.parse(await region.command(['tenant', 'list', '--json'])) as {
    tenants: { id: string; domains: string[] }[];
  };
  const listed = tenants.find(({ domains }) => domains.includes(tenant.domain));
  tenant.tenantId = track('id of a tenant', 'person', listed?.id ?? '');
}

/** Actions of administrators on a single user. */
export const userSteps: readonly Step[] = [
  {
    title: 'Add a user, after an invalid form',
    operation: 'users.add',
    act: async (story) => {
      const admin = getVisitor(story, 'administrator');
      await admin.get(paths.newUser);
      const wrong = { ...names(story, 'in a refused form'), username: story.plant('user name in a refused form') };
      expect(await admin.send(paths.newUser, wrong), 422);
      const { page, account } = await addByForm(story);
      await acceptCredential(story, page, account, { what: 'of a new user' });
      story.people.set('member', account);
    },
  },
  {
    title: 'Add users by the operator’s command',
    act: async (story) => {
      if (story.tenant.tenantId === '') await findTenant(story);
      const missing = ['colleague', 'newcomer', ...(story.people.has('member') ? [] : ['member'])];
      await Promise.all(missing.map((name) => addByOperator(story, name)));
    },
  },
  {
    title: 'Replace the temporary password at the forced change, then change the own password',
    act: async (story) => {
      const member = getAccount(story, 'member');
      await replacePassword(story, 'member');
      await signIn(story, 'member');
      const visitor = getVisitor(story, 'member');
      expect(await visitor.get(paths.ownPassword), 200);
      const password = plantPassword(story, 'password chosen by the user');
      const chosen = { newPassword: password, confirmPassword: password };
      const wrong = plantPassword(story, 'wrong current password');
      expect(await visitor.send(paths.ownPassword, { currentPassword: wrong, ...chosen }), 422);
      expect(await visitor.send(paths.ownPassword, { currentPassword: member.password, ...chosen }), 200);
      member.password = password;
      trackSession(story, visitor);
    },
  },
  {
    title: 'Change a user’s names and levels',
    operation: 'users.edit',
    act: async (story) => {
      const changed = { ...names(story, 'after a change'), administratorLevel: 'billing', agentLevel: 'helpdesk' };
      await submitFromUserPage(story, userPath(idOf(story, 'member')), changed);
    },
  },
  {
    title: 'Block and unblock a user',
    operation: 'users.block',
    act: async (story) => {
      const userId = idOf(story, 'member');
      await submitFromUserPage(story, fillPath(paths.blockUser, { userId }));
      await submitFromUserPage(story, fillPath(paths.unblockUser, { userId }));
    },
  },
  {
    title: 'End a user’s sessions',
    operation: 'users.endSessions',
    act: async (story) => {
      await submitFromUserPage(story, fillPath(paths.endUserSessions, { userId: idOf(story, 'member') }));
    },
  },
  {
    title: 'Reset a password and sign in with the new credential; submit the form a second time',
    operation: 'users.resetPassword',
    act: async (story) => {
      const member = getAccount(story, 'member');
      const admin = getVisitor(story, 'administrator');
      const address = resetPasswordPath(member.id);
      await admin.get(address);
      const epoch = /name="epoch" value="(\d+)"/.exec(admin.last?.text ?? '')?.[1] ?? '0';
      const page = expect(await admin.send(address, { epoch }), 200);
      await acceptCredential(story, page, member, { what: 'of a reset' });
      expect(await admin.send(address, { epoch }), 409);
      await replacePassword(story, 'member');
    },
  },
  {
    title: 'Reset a password by the operator’s command',
    act: async ({ region, track, people }) => {
      const colleague = people.get('colleague');
      const printed = await region.command(['user', 'reset-password', colleague?.username ?? '', '--json']);
      const { temporaryPassword } = JSON.parse(printed) as { temporaryPassword: string };
      track('temporary password printed to the operator', 'secret', temporaryPassword);
      if (colleague) colleague.password = temporaryPassword;
    },
  },
];
