import { paths, to, userPath } from '../../../src/site/http/paths.ts';
import { aVisitor, expect, personNamed, StepFault, visitorOf, watchSession, type Step, type Story } from '../story.ts';
import type { Visitor } from '../visitor.ts';
import { codeOf, learnCodes, setUpSecondFactor } from './second-factor-codes.ts';
import { givePassword, replacePassword, signIn } from './sign-in.ts';
import { addByOperator } from './users.ts';

async function signInWithCode(story: Story, typed: Readonly<Record<string, string>>): Promise<Visitor> {
  const visitor = aVisitor(story);
  const page = await givePassword(personNamed(story, 'second administrator'), visitor);
  if (page.path !== paths.signInCode) throw new StepFault('no code was asked for');
  watchSession(story, visitor);
  const wrong = story.plant('wrong recovery code', 'secret');
  expect(await visitor.send(paths.signInCode, { code: '', recoveryCode: wrong }), 422);
  const after = expect(await visitor.send(paths.signInCode, { code: '', recoveryCode: '', ...typed }), 200);
  if (after.path !== paths.dashboard) throw new StepFault('the code did not lead in');
  watchSession(story, visitor);
  story.visitors.set('second administrator', visitor);
  return visitor;
}

/** Has somebody set a second factor up. @returns whether the rules have had them do so at the sign-in already */
async function haveSecondFactor(story: Story, name: string): Promise<boolean> {
  const account = personNamed(story, name);
  if (account.secondFactor !== null) return true;
  await setUpSecondFactor(story, account, visitorOf(story, name));
  return false;
}

/** A second administrator, who signs in with a second factor from then on. */
export const secondFactorSteps: readonly Step[] = [
  {
    title: 'Add a second administrator, who sets up a second factor',
    act: async (story) => {
      await addByOperator(story, 'second administrator', ['--administrator-level', 'global']);
      await replacePassword(story, 'second administrator');
      await signIn(story, 'second administrator');
      if (await haveSecondFactor(story, 'second administrator'))
        story.remarks.push('at the sign-in, where it is asked for');
    },
  },
  {
    title: 'Sign in with a code of the app and make new recovery codes; sign in with one of these',
    act: async (story) => {
      const account = personNamed(story, 'second administrator');
      const visitor = await signInWithCode(story, { code: codeOf(account, 0) });
      await visitor.get(paths.ownRecoveryCodes);
      const proof = { currentPassword: account.password, code: codeOf(account, 1) };
      learnCodes(story, account, expect(await visitor.send(paths.ownRecoveryCodes, proof), 200));
      await signInWithCode(story, { recoveryCode: account.secondFactor?.recoveryCodes.shift() ?? '' });
    },
  },
];

/** For somebody who has lost it. */
export const removalStep: Step = {
  title: 'Remove somebody’s second factor',
  operation: 'users.removeSecondFactor',
  act: async (story) => {
    // No Global admin: theirs may take two administrators, of whom they are one.
    await haveSecondFactor(story, 'member');
    const admin = visitorOf(story, 'administrator');
    const userId = personNamed(story, 'member').id;
    await admin.get(to(paths.removeSecondFactor, { userId }));
    const page = expect(await admin.send(to(paths.removeSecondFactor, { userId })), 200);
    if (page.path !== userPath(userId)) throw new StepFault('the second factor was not removed');
    personNamed(story, 'member').secondFactor = null;
  },
};
