import { randomUUID } from 'node:crypto';
import { paths, to, userPath } from '../../../src/site/http/paths.ts';
import {
  anAccount,
  aVisitor,
  expect,
  personNamed,
  Refused,
  StepFault,
  visitorOf,
  type Step,
  type Story,
} from '../story.ts';
import { replacePassword, signIn } from './sign-in.ts';

const given: Step['where'] = ({ supportAccess }) => supportAccess.grant === 'allowed';

/** Adds somebody who looks after the portal, and lets them sign in. */
async function addOperator(
  story: Story,
  { name, username, device }: { name: string; username: string; device?: string },
): Promise<void> {
  const about = ['--name', name, '--username', username];
  const printed = await story.region.command(['operator', 'add', ...about, '--json']);
  const { userId, temporaryPassword } = JSON.parse(printed) as { userId: string; temporaryPassword: string };
  story.learn('temporary password printed to the operator', 'secret', temporaryPassword);
  story.people.set('operator', anAccount(username, temporaryPassword, userId));
  await replacePassword(story, 'operator', aVisitor(story, device));
  await signIn(story, 'operator', aVisitor(story, device));
}

const grantOn = ({ text }: { text: string }): string => /\/support\/([0-9a-f-]{36})\/enter/.exec(text)?.[1] ?? '';

/** Support access, from its grant to its end. */
const accessSteps: readonly Step[] = [
  {
    title: 'Grant support access with a purpose; a form that is refused first',
    where: given,
    otherwise: 'support access is not given',
    act: async (story) => {
      const admin = visitorOf(story, 'administrator');
      const form = { operator: personNamed(story, 'operator').id, level: 'manage' };
      const typed = (field: string) => ({ ...form, purpose: `Why: ${story.plant(field)}` });
      await admin.get(paths.supportAccess);
      const refused = { ...typed('purpose in a refused form'), hours: story.plant('hours in a refused form') };
      expect(await admin.send(paths.supportAccess, refused), 422);
      expect(await admin.send(paths.supportAccess, { ...typed('purpose of support access'), hours: '1' }), 200);
    },
  },
  {
    title: 'Enter as the operator, look around, change a name, leave; the grant is ended',
    where: given,
    otherwise: 'support access is not given',
    operation: 'users.edit',
    act: async (story) => {
      const operator = visitorOf(story, 'operator');
      const grantId = grantOn(expect(await operator.get(paths.dashboard), 200));
      if (grantId === '') {
        // Nobody was let in: nobody comes in.
        const madeUp = await operator.send(to(paths.enterSupport, { grantId: randomUUID() }));
        throw new Refused(expect(madeUp, 404).path);
      }
      const inside = expect(await operator.send(to(paths.enterSupport, { grantId })), 200);
      if (!inside.text.includes('support-banner')) throw new StepFault('the operator was not let in');
      // Whoever holds a level is out of its reach.
      const user = userPath(personNamed(story, 'colleague').id);
      for (const path of [paths.users, paths.activityLog, user]) expect(await operator.get(path), 200);
      const changed = {
        firstName: `Zoë ${story.plant('first name typed under support access')}`,
        displayName: `Zoë ${story.plant('display name typed under support access')}`,
      };
      expect(await operator.send(user, changed), 200);
      const outside = expect(await operator.send(paths.leaveSupport), 200);
      if (outside.text.includes('support-banner')) throw new StepFault('the operator was not let out');
      const admin = visitorOf(story, 'administrator');
      await admin.get(paths.supportAccess);
      expect(await admin.send(to(paths.endSupport, { grantId })), 200);
      const after = expect(await operator.get(paths.dashboard), 200);
      if (grantOn(after) !== '') throw new StepFault('an access that was ended is still offered');
    },
  },
];

/** With an operator of the region, whose names are planted. */
export const supportSteps: readonly Step[] = [
  {
    title: 'Add an operator by command, who signs in',
    act: async (story) => {
      const domain = `${story.plant('domain of the operators')}.example`;
      const username = `${story.plant('user name of an operator')}@${domain}`;
      await addOperator(story, { name: `Ola ${story.plant('name of an operator')}`, username });
    },
  },
  ...accessSteps,
];

/** With an operator whose name nobody looks for: the log of a company tells it wherever the company goes. */
export const supportOfMoverSteps: readonly Step[] = [
  {
    title: 'Add an operator for the company that will move',
    act: async (story) => {
      const printed = await story.region.command(['operator', 'list', '--json']);
      const { operators } = JSON.parse(printed) as { operators: { username: string }[] };
      const username = `ola@${operators[0]?.username.split('@')[1] ?? ''}`;
      await addOperator(story, { name: 'Ola Operator', username, device: 'Operator' });
    },
  },
  ...accessSteps,
];
