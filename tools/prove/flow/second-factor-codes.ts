import { Secret, TOTP } from 'otpauth';
import { paths } from '../../../src/site/http/paths.ts';
import { expect, StepFault, watchSession, type Account, type Story } from '../story.ts';
import type { Answer, Visitor } from '../visitor.ts';

const stepMs = 30_000;
const maxAnswerMs = 5_000;
const timerAccuracyMs = 50;

/** What the app shows, so many time steps from now: the portal takes the one before and the one after, and each once. */
export function codeOf({ secondFactor }: Account, steps: number): string {
  if (secondFactor === null) throw new StepFault('there is no seed: an earlier step went wrong');
  const secret = Secret.fromBase32(secondFactor.seed);
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * stepMs });
}

// The code of the step before is worth nothing once this step is over: near its end the next one is waited for.
async function clearOfTheNextStep(): Promise<void> {
  const left = stepMs - (Date.now() % stepMs);
  // A timer may end a moment before the clock is there.
  if (left < maxAnswerMs) await new Promise((resolve) => setTimeout(resolve, left + timerAccuracyMs));
}

/** Sets a second factor up, with a code that is refused first. */
export async function setUpSecondFactor(story: Story, account: Account, visitor: Visitor): Promise<void> {
  const { text } = expect(await visitor.get(paths.ownSecondFactor), 200);
  const seed = (/id="seed"[^>]*>([A-Z2-7 ]+)</.exec(text)?.[1] ?? '').replaceAll(' ', '');
  const bytes = Buffer.from(Secret.fromBase32(seed).bytes);
  account.secondFactor = { seed: story.learn('seed of a second factor', 'secret', seed, bytes), recoveryCodes: [] };
  const wrong = { code: 'no code', currentPassword: account.password };
  expect(await visitor.send(paths.ownSecondFactor, wrong), 422);
  await clearOfTheNextStep();
  const right = { code: codeOf(account, -1), currentPassword: account.password };
  learnCodes(story, account, expect(await visitor.send(paths.ownSecondFactor, right), 200));
  watchSession(story, visitor);
}

/** Takes note of the recovery codes that a page shows: the ones before are worthless. */
export function learnCodes({ learn }: Story, { secondFactor }: Account, { text }: Answer): void {
  const codes = [...text.matchAll(/\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){5}\b/g)].map(([code]) => code);
  if (codes.length !== 10) throw new StepFault(`there are ${codes.length} recovery codes on the page`);
  for (const code of codes) learn('recovery code', 'secret', code);
  secondFactor?.recoveryCodes.splice(0, Infinity, ...codes);
}

/** Gives one of the recovery codes, each of which opens once. @returns where that leads */
export async function giveRecoveryCode({ secondFactor }: Account, visitor: Visitor): Promise<Answer> {
  const recoveryCode = secondFactor?.recoveryCodes.shift();
  if (recoveryCode === undefined) throw new StepFault('there is no recovery code left');
  return expect(await visitor.send(paths.signInCode, { code: '', recoveryCode }), 200);
}
