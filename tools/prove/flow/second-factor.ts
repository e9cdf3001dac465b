import { paths, fillPath, userPath } from '../../../src/site/http/paths.ts';
import {
  newVisitor,
  expect,
  getAccount,
  StepFault,
  getVisitor,
  trackSession,
  type Step,
  type Scenario,
} from '../scenario.ts';
import type { Visitor } from '../visitor.ts';
import { totpCode, trackRecoveryCodes, setUpSecondFactor } from './second-factor-codes.ts';
import { submitPassword, replacePassword, signIn } from './sign-in.ts';
import { addByOperator } from './users.ts';

async function signInWithCode(scenario: Scenario, typed: Readonly<Record<string, string>>): Promise<Visitor> {
  const visitor = newVisitor(scenario);
  const page = await submitPassword(getAccount(scenario, 'second administrator'), visitor);
  if (page.path !== paths.signInCode) throw new StepFault('no code was required');
  trackSession(scenario, visitor);
  const wrong = scenario.plant('wrong recovery code', 'secret');
  expect(await visitor.send(paths.signInCode, { code: '', recoveryCode: wrong }), 422);
  const after = expect(await visitor.send(paths.signInCode, { code: '', recoveryCode: '', ...typed }), 200);
  if (after.path !== paths.dashboard) throw new StepFault('the code was not accepted');
  trackSession(scenario, visitor);
  scenario.visitors.set('second administrator', visitor);
  return visitor;
}

/**
 * Ensures that a user has set up a second factor.
 * @returns whether the user had already set it up because the rules require it at sign-in
 */
async function ensureSecondFactor(scenario: Scenario, name: string): Promise<boolean> {
  const account = getAccount(scenario, name);
  if (account.secondFactor !== null) return true;
  await setUpSecondFactor(scenario, account, getVisitor(scenario, name));
  return false;
}

/** The steps that add a second administrator, who signs in with a second factor from then on. */
export const secondFactorSteps: readonly Step[] = [
  {
    title: 'Add a second administrator, who sets up a second factor',
    act: async (scenario) => {
      await addByOperator(scenario, 'second administrator', ['--administrator-level', 'global']);
      await replacePassword(scenario, 'second administrator');
      await signIn(scenario, 'second administrator');
      if (await ensureSecondFactor(scenario, 'second administrator'))
        scenario.remarks.push('at sign-in, because it is required');
    },
  },
  {
    title: 'Sign in with a code from the app, generate new recovery codes, and sign in with one of them',
    act: async (scenario) => {
      const account = getAccount(scenario, 'second administrator');
      const visitor = await signInWithCode(scenario, { code: totpCode(account, 0) });
      await visitor.get(paths.ownRecoveryCodes);
      const proof = { currentPassword: account.password, code: totpCode(account, 1) };
      trackRecoveryCodes(scenario, account, expect(await visitor.send(paths.ownRecoveryCodes, proof), 200));
      await signInWithCode(scenario, { recoveryCode: account.secondFactor?.recoveryCodes.shift() ?? '' });
    },
  },
];

/** Removes the second factor of a user who has lost the authenticator app and the recovery codes. */
export const removeSecondFactorStep: Step = {
  title: 'Remove a user’s second factor',
  operation: 'users.removeSecondFactor',
  act: async (scenario) => {
    // This user is not a Global admin: removing a Global admin's factor may require two administrators, and this user
    // would be one of them.
    await ensureSecondFactor(scenario, 'member');
    const admin = getVisitor(scenario, 'administrator');
    const userId = getAccount(scenario, 'member').id;
    await admin.get(fillPath(paths.removeSecondFactor, { userId }));
    const page = expect(await admin.send(fillPath(paths.removeSecondFactor, { userId })), 200);
    if (page.path !== userPath(userId)) throw new StepFault('the second factor was not removed');
    getAccount(scenario, 'member').secondFactor = null;
  },
};
