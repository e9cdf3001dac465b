import { Secret, TOTP } from 'otpauth';
import { paths, to, userPath } from '../../../paths.ts';
import {
  aVisitor,
  expect,
  personNamed,
  signIn,
  StepFault,
  visitorOf,
  watchSession,
  type Step,
  type Story,
} from '../story.ts';
import type { Answer, Visitor } from '../visitor.ts';
import { addByOperator, replacePassword } from './users.ts';

const stepMs = 30_000;
const seeds = new WeakMap<Story['people'], string>();

/** What the app shows, so many time steps from now: the portal takes the one before and the one after, and each once. */
function codeOf({ people }: Story, steps: number): string {
  const seed = seeds.get(people);
  if (seed === undefined) throw new StepFault('there is no seed: an earlier step went wrong');
  return new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: Date.now() + steps * stepMs });
}

function learnCodes({ learn }: Story, { text }: Answer): string[] {
  const codes = [...text.matchAll(/\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){5}\b/g)].map(([code]) => code);
  if (codes.length !== 10) throw new StepFault(`there are ${codes.length} recovery codes on the page`);
  for (const code of codes) learn('recovery code', 'secret', code);
  return codes;
}

async function signInWithCode(story: Story, typed: Readonly<Record<string, string>>): Promise<Visitor> {
  const visitor = aVisitor(story);
  const page = await signIn(story, 'second administrator', visitor);
  if (page.path !== paths.signInCode) throw new StepFault('no code was asked for');
  const wrong = story.plant('wrong recovery code', 'secret');
  expect(await visitor.send(paths.signInCode, { code: '', recoveryCode: wrong }), 422);
  const after = expect(await visitor.send(paths.signInCode, { code: '', recoveryCode: '', ...typed }), 200);
  if (after.path !== paths.dashboard) throw new StepFault('the code did not lead in');
  watchSession(story, visitor);
  return visitor;
}

/** A second administrator, who signs in with a second factor from then on. */
export const secondFactorSteps: readonly Step[] = [
  {
    title: 'Add a second administrator, who sets up a second factor',
    act: async (story) => {
      await addByOperator(story, 'second administrator', ['--administrator-level', 'global']);
      const account = personNamed(story, 'second administrator');
      await replacePassword(story, account);
      await signIn(story, 'second administrator');
      const visitor = visitorOf(story, 'second administrator');
      const { text } = expect(await visitor.get(paths.ownSecondFactor), 200);
      const seed = (/id="seed"[^>]*>([A-Z2-7 ]+)</.exec(text)?.[1] ?? '').replaceAll(' ', '');
      const bytes = Buffer.from(Secret.fromBase32(seed).bytes);
      seeds.set(story.people, story.learn('seed of a second factor', 'secret', seed, bytes));
      const wrong = { code: 'no code', currentPassword: account.password };
      expect(await visitor.send(paths.ownSecondFactor, wrong), 422);
      const right = { code: codeOf(story, -1), currentPassword: account.password };
      learnCodes(story, expect(await visitor.send(paths.ownSecondFactor, right), 200));
      watchSession(story, visitor);
    },
  },
  {
    title: 'Sign in with a code of the app and make new recovery codes; sign in with one of these',
    act: async (story) => {
      const { password } = personNamed(story, 'second administrator');
      const visitor = await signInWithCode(story, { code: codeOf(story, 0) });
      await visitor.get(paths.ownRecoveryCodes);
      const proof = { currentPassword: password, code: codeOf(story, 1) };
      const [first = ''] = learnCodes(story, expect(await visitor.send(paths.ownRecoveryCodes, proof), 200));
      await signInWithCode(story, { recoveryCode: first });
    },
  },
];

/** For somebody who has lost it. */
export const removalStep: Step = {
  title: 'Remove somebody’s second factor',
  operation: 'users.removeSecondFactor',
  act: async (story) => {
    const admin = visitorOf(story, 'administrator');
    const userId = personNamed(story, 'second administrator').id;
    await admin.get(to(paths.removeSecondFactor, { userId }));
    const page = expect(await admin.send(to(paths.removeSecondFactor, { userId })), 200);
    if (page.path !== userPath(userId)) throw new StepFault('the second factor was not removed');
  },
};
