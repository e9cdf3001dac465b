import { Secret, TOTP } from 'otpauth';
import { paths } from '../../../src/site/http/paths.ts';
import { expect, StepFault, trackSession, type Account, type Scenario } from '../scenario.ts';
import type { Answer, Visitor } from '../visitor.ts';

const stepMs = 30_000;
const maxAnswerMs = 5_000;
const timerAccuracyMs = 50;

/**
 * @returns the TOTP code that is valid `steps` time steps from now; the portal accepts one step of drift and rejects
 * reused codes
 */
export function totpCode({ secondFactor }: Account, steps: number): string {
  if (secondFactor === null) throw new StepFault('there is no seed, because an earlier step failed');
  const secret = Secret.fromBase32(secondFactor.seed);
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * stepMs });
}

// A code of the previous time step expires when the current step ends. If that is soon, wait for the next step.
async function waitForFullTimeStep(): Promise<void> {
  const left = stepMs - (Date.now() % stepMs);
  // A timer may fire slightly too early.
  if (left < maxAnswerMs) await new Promise((resolve) => setTimeout(resolve, left + timerAccuracyMs));
}

/** Sets up a second factor. The first code that is submitted is wrong and must be rejected. */
export async function setUpSecondFactor(scenario: Scenario, account: Account, visitor: Visitor): Promise<void> {
  const { text } = expect(await visitor.get(paths.ownSecondFactor), 200);
  const seed = (/id="seed"[^>]*>([A-Z2-7 ]+)</.exec(text)?.[1] ?? '').replaceAll(' ', '');
  const bytes = Buffer.from(Secret.fromBase32(seed).bytes);
  account.secondFactor = { seed: scenario.track('seed of a second factor', 'secret', seed, bytes), recoveryCodes: [] };
  const wrong = { code: 'no code', currentPassword: account.password };
  expect(await visitor.send(paths.ownSecondFactor, wrong), 422);
  await waitForFullTimeStep();
  const right = { code: totpCode(account, -1), currentPassword: account.password };
  trackRecoveryCodes(scenario, account, expect(await visitor.send(paths.ownSecondFactor, right), 200));
  trackSession(scenario, visitor);
}

/** Tracks the recovery codes on a page. They replace all earlier codes of the user. */
export function trackRecoveryCodes({ track }: Scenario, { secondFactor }: Account, { text }: Answer): void {
  const codes = [...text.matchAll(/\b[A-Z2-9]{4}(?:-[A-Z2-9]{4}){5}\b/g)].map(([code]) => code);
  if (codes.length !== 10) throw new StepFault(`the page shows ${codes.length} recovery codes`);
  for (const code of codes) track('recovery code', 'secret', code);
  secondFactor?.recoveryCodes.splice(0, Infinity, ...codes);
}

/** Signs in with a recovery code, which works once. @returns the next page */
export async function submitRecoveryCode({ secondFactor }: Account, visitor: Visitor): Promise<Answer> {
  const recoveryCode = secondFactor?.recoveryCodes.shift();
  if (recoveryCode === undefined) throw new StepFault('there is no recovery code left');
  return expect(await visitor.send(paths.signInCode, { code: '', recoveryCode }), 200);
}
