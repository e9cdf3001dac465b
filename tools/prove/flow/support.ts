import { randomUUID } from 'node:crypto';
import { paths, fillPath, userPath } from '../../../src/site/http/paths.ts';
import {
  newAccount,
  newVisitor,
  expect,
  getAccount,
  Refused,
  StepFault,
  getVisitor,
  type Step,
  type Scenario,
} from '../scenario.ts';
import { replacePassword, signIn } from './sign-in.ts';

const isSupportAllowed: Step['supportedBy'] = ({ supportAccess }) => supportAccess.grant === 'allowed';

/** Adds an operator and signs them in. */
async function addOperator(
  scenario: Scenario,
  { name, username, device }: { name: string; username: string; device?: string },
): Promise<void> {
  const about = ['--name', name, '--username', username];
  const printed = await scenario.region.command(['operator', 'add', ...about, '--json']);
  const { userId, temporaryPassword } = JSON.parse(printed) as { userId: string; temporaryPassword: string };
  scenario.track('temporary password printed to the operator', 'secret', temporaryPassword);
  scenario.people.set('operator', newAccount(username, temporaryPassword, userId));
  await replacePassword(scenario, 'operator', newVisitor(scenario, device));
  await signIn(scenario, 'operator', newVisitor(scenario, device));
}

const grantOn = ({ text }: { text: string }): string => /\/support\/([0-9a-f-]{36})\/enter/.exec(text)?.[1] ?? '';

/** The steps of support access, from the grant to its end. */
const accessSteps: readonly Step[] = [
  {
    title: 'Grant support access with a purpose, after an invalid form',
    supportedBy: isSupportAllowed,
    unsupportedReason: 'support access cannot be granted',
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      const form = { operator: getAccount(scenario, 'operator').id, level: 'manage' };
      const typed = (field: string) => ({ ...form, purpose: `Purpose: ${scenario.plant(field)}` });
      await admin.get(paths.supportAccess);
      const refused = { ...typed('purpose in a refused form'), hours: scenario.plant('hours in a refused form') };
      expect(await admin.send(paths.supportAccess, refused), 422);
      expect(await admin.send(paths.supportAccess, { ...typed('purpose of support access'), hours: '1' }), 200);
    },
  },
  {
    title: 'Enter as the operator, view pages, change a name and leave; then end the grant',
    supportedBy: isSupportAllowed,
    unsupportedReason: 'support access cannot be granted',
    operation: 'users.edit',
    act: async (scenario) => {
      const operator = getVisitor(scenario, 'operator');
      const grantId = grantOn(expect(await operator.get(paths.dashboard), 200));
      if (grantId === '') {
        // Without a grant, support access must be denied.
        const madeUp = await operator.send(fillPath(paths.enterSupport, { grantId: randomUUID() }));
        throw new Refused(expect(madeUp, 404).path);
      }
      const inside = expect(await operator.send(fillPath(paths.enterSupport, { grantId })), 200);
      if (!inside.text.includes('support-banner')) throw new StepFault('the support session did not start');
      // An operator with support access cannot edit users who have a level.
      const user = userPath(getAccount(scenario, 'colleague').id);
      for (const path of [paths.users, paths.activityLog, user]) expect(await operator.get(path), 200);
      const changed = {
        firstName: `Zoë ${scenario.plant('first name entered during support access')}`,
        displayName: `Zoë ${scenario.plant('display name entered during support access')}`,
      };
      expect(await operator.send(user, changed), 200);
      const outside = expect(await operator.send(paths.leaveSupport), 200);
      if (outside.text.includes('support-banner')) throw new StepFault('the support session did not end');
      const admin = getVisitor(scenario, 'administrator');
      await admin.get(paths.supportAccess);
      expect(await admin.send(fillPath(paths.endSupport, { grantId })), 200);
      const after = expect(await operator.get(paths.dashboard), 200);
      if (grantOn(after) !== '') throw new StepFault('the ended grant is still offered');
    },
  },
];

/** The steps of support access by an operator whose name and domain are planted. */
export const supportSteps: readonly Step[] = [
  {
    title: 'Add an operator by command, and sign in as the operator',
    act: async (scenario) => {
      const domain = `${scenario.plant('domain of the operators')}.example`;
      const username = `${scenario.plant('user name of an operator')}@${domain}`;
      await addOperator(scenario, { name: `Ola ${scenario.plant('name of an operator')}`, username });
    },
  },
  ...accessSteps,
];

/**
 * The steps of support access by an operator whose name is not planted, because the tenant's log names the operator and
 * moves with the tenant.
 */
export const movingTenantSupportSteps: readonly Step[] = [
  {
    title: 'Add an operator for the tenant that will move',
    act: async (scenario) => {
      const printed = await scenario.region.command(['operator', 'list', '--json']);
      const { operators } = JSON.parse(printed) as { operators: { username: string }[] };
      const username = `ola@${operators[0]?.username.split('@')[1] ?? ''}`;
      await addOperator(scenario, { name: 'Ola Operator', username, device: 'Operator' });
    },
  },
  ...accessSteps,
];
