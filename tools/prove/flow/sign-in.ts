import { paths, to } from '../../../src/site/http/paths.ts';
import { aVisitor, expect, personNamed, StepFault, watchSession, type Account, type Story } from '../story.ts';
import type { Answer, Visitor } from '../visitor.ts';
import { giveRecoveryCode, setUpSecondFactor } from './second-factor-codes.ts';

/** @returns a password that is planted, and what else a region asks of one */
export const aPassword = ({ plant }: Story, field: string): string => `${plant(field, 'secret')} Qz`;

/** Signs somebody in by the forms, and does whatever else is asked of them. @returns the first page that they see */
export async function signIn(story: Story, name: string, visitor: Visitor = aVisitor(story)): Promise<Answer> {
  const account = personNamed(story, name);
  const page = await goOn(story, account, visitor, await givePassword(account, visitor));
  if (page.path === paths.signInPassword) throw new StepFault('the sign-in was refused');
  story.visitors.set(name, visitor);
  watchSession(story, visitor);
  return page;
}

/**
 * @returns the address that one region redirects users of another to: the sign-in page there, with the id of the region that
 *   redirects and nothing about the person
 */
export function arrivalAddress(from: Story, destination: Story): string {
  const address = new URL(paths.signIn, destination.region.origin);
  address.searchParams.set('from', from.region.id);
  return address.href;
}

/** Types user name and password. @returns where that leads */
export async function givePassword({ username, password }: Account, visitor: Visitor): Promise<Answer> {
  await visitor.get(paths.signIn);
  expect(await visitor.send(paths.signIn, { username }), 200);
  return expect(await visitor.send(paths.signInPassword, { password }), 200);
}

// What the rules ask of somebody after their password: the code of their second factor, or to set one up.
async function goOn(story: Story, account: Account, visitor: Visitor, page: Answer): Promise<Answer> {
  if (page.path === paths.signInCode) return giveRecoveryCode(account, visitor);
  if (page.path !== paths.ownSecondFactor) return page;
  await setUpSecondFactor(story, account, visitor);
  return expect(await visitor.get(paths.dashboard), 200);
}

/** Comes in by a temporary password or a one-time link, and chooses a password. */
export async function replacePassword(story: Story, name: string, visitor = aVisitor(story)): Promise<void> {
  const account = personNamed(story, name);
  const { link } = account;
  const first = link === null ? await givePassword(account, visitor) : await openLink(story, link, visitor);
  const page = await goOn(story, account, visitor, first);
  if (page.path !== paths.changePassword) throw new StepFault('the way in did not lead to the forced change');
  watchSession(story, visitor);
  await goOn(story, account, visitor, await choosePassword(story, account, visitor));
  // A link is burnt when it was used.
  if (link !== null) expect(await aVisitor(story).get(to(paths.oneTimeLink, { token: link })), 404);
  account.link = null;
}

/** Looks at a link as a scanner of mail does, then opens it. */
async function openLink(story: Story, token: string, visitor: Visitor): Promise<Answer> {
  const address = to(paths.oneTimeLink, { token });
  expect(await aVisitor(story).get(address), 200);
  expect(await visitor.get(address), 200);
  return expect(await visitor.send(address), 200);
}

const refusedLength = 7;

async function choosePassword(story: Story, account: Account, visitor: Visitor): Promise<Answer> {
  const short = story.plant('new password that was refused', 'secret').slice(0, refusedLength);
  expect(await visitor.send(paths.changePassword, { newPassword: short, confirmPassword: short }), 422);
  account.password = aPassword(story, 'password chosen at the forced change');
  const chosen = { newPassword: account.password, confirmPassword: account.password };
  const page = expect(await visitor.send(paths.changePassword, chosen), 200);
  watchSession(story, visitor);
  return page;
}
