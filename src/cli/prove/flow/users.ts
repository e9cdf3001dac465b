import { paths, resetPasswordPath, to, userPath } from '../../../paths.ts';
import {
  aVisitor,
  expect,
  idOn,
  personNamed,
  signIn,
  StepFault,
  temporaryPasswordsOn,
  visitorOf,
  watchSession,
  type Account,
  type Step,
  type Story,
} from '../story.ts';
import type { Answer, Visitor } from '../visitor.ts';
import { aPassword } from './entrance.ts';

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
  people.set(name, { username, password: temporaryPassword, id: userId });
}

/** Takes note of the temporary password that a page shows, as its only place. */
export function temporaryPasswordOn({ learn }: Story, page: Answer, field: string): string {
  const [password] = temporaryPasswordsOn(page);
  if (password === undefined) throw new StepFault('no temporary password was shown');
  return learn(field, 'secret', password);
}

/** Signs in with a temporary password and replaces it. */
export async function replacePassword(story: Story, account: Account, visitor = aVisitor(story)): Promise<void> {
  await visitor.get(paths.signIn);
  expect(await visitor.send(paths.signIn, { username: account.username }), 200);
  const page = expect(await visitor.send(paths.signInPassword, { password: account.password }), 200);
  if (page.path !== paths.changePassword) throw new StepFault('the temporary password did not lead to its replacement');
  watchSession(story, visitor);
  await choosePassword(story, account, visitor);
}

/** Chooses a password at the forced change, where the visitor stands. */
export async function choosePassword(story: Story, account: Account, visitor: Visitor): Promise<void> {
  const short = story.plant('new password that was refused', 'secret').slice(0, 9);
  expect(await visitor.send(paths.changePassword, { newPassword: short, confirmPassword: short }), 422);
  account.password = aPassword(story, 'password chosen at the forced change');
  const chosen = { newPassword: account.password, confirmPassword: account.password };
  expect(await visitor.send(paths.changePassword, chosen), 200);
  watchSession(story, visitor);
}

const idOf = (story: Story, name: string): string => personNamed(story, name).id;

/** Presses a button of the member's page. */
async function press(story: Story, path: string, fields = {}): Promise<Answer> {
  const admin = visitorOf(story, 'administrator');
  await admin.get(userPath(idOf(story, 'member')));
  return expect(await admin.send(path, fields), 200);
}

/** What administrators do with one user. */
export const userSteps: readonly Step[] = [
  {
    title: 'Add a user; a form that is refused first',
    operation: 'users.add',
    act: async (story) => {
      const { plant, learn, company, people } = story;
      const admin = visitorOf(story, 'administrator');
      await admin.get(paths.newUser);
      const wrong = { ...names(story, 'in a refused form'), username: plant('user name in a refused form') };
      expect(await admin.send(paths.newUser, wrong), 422);
      const username = `${plant('user name')}@${company.domain}`;
      const levels = { administratorLevel: 'none', agentLevel: 'sales', language: 'fr' };
      const page = expect(await admin.send(paths.newUser, { ...names(story, 'of a user'), username, ...levels }), 200);
      const password = temporaryPasswordOn(story, page, 'temporary password of a new user');
      const id = learn('id of a user', 'person', idOn(page));
      people.set('member', { username, password, id });
    },
  },
  {
    title: 'Add users by the operator’s command',
    act: async (story) => {
      const { region, learn, company, people } = story;
      const { tenants } = JSON.parse(await region.command(['tenant', 'list', '--json'])) as {
        tenants: { id: string; domains: string[] }[];
      };
      const tenant = tenants.find(({ domains }) => domains.includes(company.domain));
      company.tenantId ||= learn('id of a company', 'person', tenant?.id ?? '');
      for (const name of ['colleague', 'newcomer', ...(people.has('member') ? [] : ['member'])])
        await addByOperator(story, name);
    },
  },
  {
    title: 'Replace a temporary password at the forced change, then change the own one',
    act: async (story) => {
      const member = personNamed(story, 'member');
      await replacePassword(story, member);
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
    title: 'Reset a password and replace the temporary one; the form a second time',
    operation: 'users.resetPassword',
    act: async (story) => {
      const member = personNamed(story, 'member');
      const admin = visitorOf(story, 'administrator');
      const address = resetPasswordPath(member.id);
      await admin.get(address);
      const epoch = /name="epoch" value="(\d+)"/.exec(admin.last?.text ?? '')?.[1] ?? '0';
      const page = expect(await admin.send(address, { epoch }), 200);
      member.password = temporaryPasswordOn(story, page, 'temporary password of a reset');
      expect(await admin.send(address, { epoch }), 409);
      await replacePassword(story, member);
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
