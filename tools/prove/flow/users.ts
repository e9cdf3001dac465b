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
  type Scenario,
} from '../scenario.ts';
import type { Answer } from '../visitor.ts';
import { plantPassword, replacePassword, signIn } from './sign-in.ts';
import { acceptCredential } from './credentials.ts';

const names = (scenario: Scenario, of: string) => ({
  firstName: `Zoë ${scenario.plant(`first name ${of}`)}`,
  lastName: `Müller ${scenario.plant(`last name ${of}`)}`,
  displayName: `Zoë ${scenario.plant(`display name ${of}`)}`,
});

/** Adds a user to the tenant with the operator's command. */
export async function addByOperator(scenario: Scenario, name: string, more: readonly string[] = []): Promise<void> {
  const { region, plant, track, tenant, people } = scenario;
  const username = `${plant('user name added by the operator')}@${tenant.domain}`;
  const about = ['--username', username, '--name', `Noé ${plant('name added by the operator')}`, ...more];
  const printed = await region.command(['user', 'add', '--tenant', tenant.tenantId, ...about, '--json']);
  const { userId, temporaryPassword } = JSON.parse(printed) as { userId: string; temporaryPassword: string };
  track('temporary password printed to the operator', 'secret', temporaryPassword);
  people.set(name, newAccount(username, temporaryPassword, userId));
}

/** Adds a user through the administrator's form. @returns the page that hands over the credential, and the account */
export async function addByForm(scenario: Scenario): Promise<{ page: Answer; account: Account }> {
  const { region, plant, track, tenant } = scenario;
  const admin = getVisitor(scenario, 'administrator');
  await admin.get(paths.newUser);
  const username = `${plant('user name')}@${tenant.domain}`;
  const language = region.rules.languages.at(-1) ?? '';
  const levels = { administratorLevel: 'none', agentLevel: 'sales', language };
  const page = expect(await admin.send(paths.newUser, { ...names(scenario, 'of a user'), username, ...levels }), 200);
  return { page, account: newAccount(username, '', track('id of a user', 'person', userIdOn(page))) };
}

const idOf = (scenario: Scenario, name: string): string => getAccount(scenario, name).id;

/** Submits one of the forms on the member's page. */
async function submitFromUserPage(scenario: Scenario, path: string, fields = {}): Promise<Answer> {
  const admin = getVisitor(scenario, 'administrator');
  await admin.get(userPath(idOf(scenario, 'member')));
  return expect(await admin.send(path, fields), 200);
}

/** Looks up the tenant's id with the operator's command. */
async function findTenant({ region, track, tenant }: Scenario): Promise<void> {
  const { tenants } = JSON.parse(await region.command(['tenant', 'list', '--json'])) as {
    tenants: { id: string; domains: string[] }[];
  };
  const listed = tenants.find(({ domains }) => domains.includes(tenant.domain));
  tenant.tenantId = track('id of a tenant', 'person', listed?.id ?? '');
}

/** The steps that add, change, block or reset a single user, including with the operator's commands. */
export const userSteps: readonly Step[] = [
  {
    title: 'Add a user, after an invalid form',
    operation: 'users.add',
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      await admin.get(paths.newUser);
      const wrong = {
        ...names(scenario, 'in a refused form'),
        username: scenario.plant('user name in a refused form'),
      };
      expect(await admin.send(paths.newUser, wrong), 422);
      const { page, account } = await addByForm(scenario);
      await acceptCredential(scenario, page, account, { what: 'of a new user' });
      scenario.people.set('member', account);
    },
  },
  {
    title: 'Add users by the operator’s command',
    act: async (scenario) => {
      if (scenario.tenant.tenantId === '') await findTenant(scenario);
      const missing = ['colleague', 'newcomer', ...(scenario.people.has('member') ? [] : ['member'])];
      await Promise.all(missing.map((name) => addByOperator(scenario, name)));
    },
  },
  {
    title: 'Replace the temporary password at the forced change, then change it again',
    act: async (scenario) => {
      const member = getAccount(scenario, 'member');
      await replacePassword(scenario, 'member');
      await signIn(scenario, 'member');
      const visitor = getVisitor(scenario, 'member');
      expect(await visitor.get(paths.ownPassword), 200);
      const password = plantPassword(scenario, 'password chosen by the user');
      const chosen = { newPassword: password, confirmPassword: password };
      const wrong = plantPassword(scenario, 'wrong current password');
      expect(await visitor.send(paths.ownPassword, { currentPassword: wrong, ...chosen }), 422);
      expect(await visitor.send(paths.ownPassword, { currentPassword: member.password, ...chosen }), 200);
      member.password = password;
      trackSession(scenario, visitor);
    },
  },
  {
    title: 'Change a user’s names and levels',
    operation: 'users.edit',
    act: async (scenario) => {
      const changed = { ...names(scenario, 'after a change'), administratorLevel: 'billing', agentLevel: 'helpdesk' };
      await submitFromUserPage(scenario, userPath(idOf(scenario, 'member')), changed);
    },
  },
  {
    title: 'Block and unblock a user',
    operation: 'users.block',
    act: async (scenario) => {
      const userId = idOf(scenario, 'member');
      await submitFromUserPage(scenario, fillPath(paths.blockUser, { userId }));
      await submitFromUserPage(scenario, fillPath(paths.unblockUser, { userId }));
    },
  },
  {
    title: 'End a user’s sessions',
    operation: 'users.endSessions',
    act: async (scenario) => {
      await submitFromUserPage(scenario, fillPath(paths.endUserSessions, { userId: idOf(scenario, 'member') }));
    },
  },
  {
    title: 'Reset a password and sign in with the new credential; submit the form a second time',
    operation: 'users.resetPassword',
    act: async (scenario) => {
      const member = getAccount(scenario, 'member');
      const admin = getVisitor(scenario, 'administrator');
      const address = resetPasswordPath(member.id);
      await admin.get(address);
      const epoch = /name="epoch" value="(\d+)"/.exec(admin.last?.text ?? '')?.[1] ?? '0';
      const page = expect(await admin.send(address, { epoch }), 200);
      await acceptCredential(scenario, page, member, { what: 'of a reset' });
      expect(await admin.send(address, { epoch }), 409);
      await replacePassword(scenario, 'member');
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
