import { paths, fillPath } from '../../../src/site/http/paths.ts';
import { newVisitor, expect, getAccount, StepFault, trackSession, type Account, type Scenario } from '../scenario.ts';
import type { Answer, Visitor } from '../visitor.ts';
import { submitRecoveryCode, setUpSecondFactor } from './second-factor-codes.ts';

/** @returns a planted password that satisfies the rules of every region */
export const plantPassword = ({ plant }: Scenario, field: string): string => `${plant(field, 'secret')} Qz`;

/** Signs a user in through the forms, with a second factor if required. @returns the first page after the sign-in */
export async function signIn(
  scenario: Scenario,
  name: string,
  visitor: Visitor = newVisitor(scenario),
): Promise<Answer> {
  const account = getAccount(scenario, name);
  const page = await completeSignIn(scenario, account, visitor, await submitPassword(account, visitor));
  if (page.path === paths.signInPassword) throw new StepFault('the sign-in was refused');
  scenario.visitors.set(name, visitor);
  trackSession(scenario, visitor);
  return page;
}

/**
 * @returns the URL to which one region redirects another region's users: the sign-in page there, with the id of the
 * redirecting region and no data about the user
 */
export function arrivalAddress(from: Scenario, destination: Scenario): string {
  const address = new URL(paths.signIn, destination.region.origin);
  address.searchParams.set('from', from.region.id);
  return address.href;
}

/** Submits the user name and the password. @returns the next page */
export async function submitPassword({ username, password }: Account, visitor: Visitor): Promise<Answer> {
  await visitor.get(paths.signIn);
  expect(await visitor.send(paths.signIn, { username }), 200);
  return expect(await visitor.send(paths.signInPassword, { password }), 200);
}

// After the password, the rules may require a second factor or its set-up.
async function completeSignIn(scenario: Scenario, account: Account, visitor: Visitor, page: Answer): Promise<Answer> {
  if (page.path === paths.signInCode) return submitRecoveryCode(account, visitor);
  if (page.path !== paths.ownSecondFactor) return page;
  await setUpSecondFactor(scenario, account, visitor);
  return expect(await visitor.get(paths.dashboard), 200);
}

/** Signs in with a temporary password or a one-time link and chooses a new password. */
export async function replacePassword(scenario: Scenario, name: string, visitor = newVisitor(scenario)): Promise<void> {
  const account = getAccount(scenario, name);
  const { link } = account;
  const first = link === null ? await submitPassword(account, visitor) : await openLink(scenario, link, visitor);
  const page = await completeSignIn(scenario, account, visitor, first);
  if (page.path !== paths.changePassword)
    throw new StepFault('the credential did not lead to the forced password change');
  trackSession(scenario, visitor);
  await completeSignIn(scenario, account, visitor, await choosePassword(scenario, account, visitor));
  // Using a link invalidates it.
  if (link !== null) expect(await newVisitor(scenario).get(fillPath(paths.oneTimeLink, { token: link })), 404);
  account.link = null;
}

/** Simulates a mail scanner that requests a link, and then opens the link as the user. */
async function openLink(scenario: Scenario, token: string, visitor: Visitor): Promise<Answer> {
  const address = fillPath(paths.oneTimeLink, { token });
  expect(await newVisitor(scenario).get(address), 200);
  expect(await visitor.get(address), 200);
  return expect(await visitor.send(address), 200);
}

const refusedLength = 7;

async function choosePassword(scenario: Scenario, account: Account, visitor: Visitor): Promise<Answer> {
  const short = scenario.plant('new password that was refused', 'secret').slice(0, refusedLength);
  expect(await visitor.send(paths.changePassword, { newPassword: short, confirmPassword: short }), 422);
  account.password = plantPassword(scenario, 'password chosen at the forced change');
  const chosen = { newPassword: account.password, confirmPassword: account.password };
  const page = expect(await visitor.send(paths.changePassword, chosen), 200);
  trackSession(scenario, visitor);
  return page;
}
