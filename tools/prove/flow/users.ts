import { paths, resetPasswordPath, to, userPath } from '../../../src/site/http/paths.ts';
import {
  anAccount,
  expect,
  idOn,
  personNamed,
  visitorOf,
  watchSession,
  type Account,
  type Step,
  type Story,
} from '../story.ts';
import type { Answer } from '../visitor.ts';
import { aPassword, replacePassword, signIn } from './sign-in.ts';
import { takeWayIn } from './credentials.ts';

const names = (story: Story, of: string) => ({
  firstName: `Zoë ${story.plant(`first name ${of}`)}`,
  lastName: `Müller ${story.plant(`last name ${of}`)}`,
  displayName: `Zoë ${story.plant(`display name ${of}`)}`,
});

/** Has the operator's command add somebody to the company. */
export async function addByOperator(story: Story, name: string, more: readonly string[] = []): Promise<void> {
  const { region, plant, learn, company, people } = story;
  const username = `${plant('user name added by the operator')}@${company.domain}`;
  const about = ['--username', username, '--name', `Noé ${plant('name added by the operator')}`, ...more];
  const printed = await region.command(['user', 'add', '--tenant', company.tenantId, ...about, '--json']);
  const { userId, temporaryPassword } = JSON.parse(printed) as { userId: string; temporaryPassword: string };
  learn('temporary password printed to the operator', 'secret', temporaryPassword);
  people.set(name, anAccount(username, temporaryPassword, userId));
}

/** Has the administrator add somebody, who gets a way in by the answer. */
export async function addByForm(story: Story): Promise<{ page: Answer; account: Account }> {
  const { region, plant, learn, company } = story;
  const admin = visitorOf(story, 'administrator');
  await admin.get(paths.newUser);
  const username = `${plant('user name')}@${company.domain}`;
  const language = region.rules.languages.at(-1) ?? '';
  const levels = { administratorLevel: 'none', agentLevel: 'sales', language };
  const page = expect(await admin.send(paths.newUser, { ...names(story, 'of a user'), username, ...levels }), 200);
  return { page, account: anAccount(username, '', learn('id of a user', 'person', idOn(page))) };
}

const idOf = (story: Story, name: string): string => personNamed(story, name).id;

/** Presses a button of the member's page. */
async function press(story: Story, path: string, fields = {}): Promise<Answer> {
  const admin = visitorOf(story, 'administrator');
  await admin.get(userPath(idOf(story, 'member')));
  return expect(await admin.send(path, fields), 200);
}

/** Has the operator's command tell the id of the company. */
async function findCompany({ region, learn, company }: Story): Promise<void> {
  const { tenants } = JSON.parse(await region.command(['tenant', 'list', '--json'])) as {
    tenants: { id: string; domains: string[] }[];
  };
  const tenant = tenants.find(({ domains }) => domains.includes(company.domain));
  company.tenantId = learn('id of a company', 'person', tenant?.id ?? '');
}

/** What administrators do with one user. */
export const userSteps: readonly Step[] = [
  {
    title: 'Add a user; a form that is refused first',
    operation: 'users.add',
    act: async (story) => {
      const admin = visitorOf(story, 'administrator');
      await admin.get(paths.newUser);
      const wrong = { ...names(story, 'in a refused form'), username: story.plant('user name in a refused form') };
      expect(await admin.send(paths.newUser, wrong), 422);
      const { page, account } = await addByForm(story);
      await takeWayIn(story, page, account, { what: 'of a new user' });
      story.people.set('member', account);
    },
  },
  {
    title: 'Add users by the operator’s command',
    act: async (story) => {
      if (story.company.tenantId === '') await findCompany(story);
      const missing = ['colleague', 'newcomer', ...(story.people.has('member') ? [] : ['member'])];
      await Promise.all(missing.map((name) => addByOperator(story, name)));
    },
  },
  {
    title: 'Replace the first password at the forced change, then change the own one',
    act: async (story) => {
      const member = personNamed(story, 'member');
      await replacePassword(story, 'member');
      await signIn(story, 'member');
      const visitor = visitorOf(story, 'member');
      expect(await visitor.get(paths.ownPassword), 200);
      const password = aPassword(story, 'password chosen by oneself');
      const chosen = { newPassword: password, confirmPassword: password };
      const wrong = aPassword(story, 'wrong current password');
      expect(await visitor.send(paths.ownPassword, { currentPassword: wrong, ...chosen }), 422);
      expect(await visitor.send(paths.ownPassword, { currentPassword: member.password, ...chosen }), 200);
      member.password = password;
      watchSession(story, visitor);
    },
  },
  {
    title: 'Change a user’s names and levels',
    operation: 'users.edit',
    act: async (story) => {
      const changed = { ...names(story, 'after a change'), administratorLevel: 'billing', agentLevel: 'helpdesk' };
      await press(story, userPath(idOf(story, 'member')), changed);
    },
  },
  {
    title: 'Block a user, let them in again',
    operation: 'users.block',
    act: async (story) => {
      const userId = idOf(story, 'member');
      await press(story, to(paths.blockUser, { userId }));
      await press(story, to(paths.unblockUser, { userId }));
    },
  },
  {
    title: 'End a user’s sessions',
    operation: 'users.endSessions',
    act: async (story) => {
      await press(story, to(paths.endUserSessions, { userId: idOf(story, 'member') }));
    },
  },
  {
    title: 'Reset a password and come in by what that gives; the form a second time',
    operation: 'users.resetPassword',
    act: async (story) => {
      const member = personNamed(story, 'member');
      const admin = visitorOf(story, 'administrator');
      const address = resetPasswordPath(member.id);
      await admin.get(address);
      const epoch = /name="epoch" value="(\d+)"/.exec(admin.last?.text ?? '')?.[1] ?? '0';
      const page = expect(await admin.send(address, { epoch }), 200);
      await takeWayIn(story, page, member, { what: 'of a reset' });
      expect(await admin.send(address, { epoch }), 409);
      await replacePassword(story, 'member');
    },
  },
  {
    title: 'Reset a password by the operator’s command',
    act: async ({ region, learn, people }) => {
      const colleague = people.get('colleague');
      const printed = await region.command(['user', 'reset-password', colleague?.username ?? '', '--json']);
      const { temporaryPassword } = JSON.parse(printed) as { temporaryPassword: string };
      learn('temporary password printed to the operator', 'secret', temporaryPassword);
      if (colleague) colleague.password = temporaryPassword;
    },
  },
];
