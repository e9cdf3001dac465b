import { Secret, TOTP } from 'otpauth';
import { paths } from '../../src/site/http/paths.ts';
import { goodPassword, type TestUser } from './builders.ts';
import { normalizeSpace } from './form-values.ts';
import { aPerson, type Person } from './person.ts';
import type { Portal } from './portal.ts';

export const english = { 'Accept-Language': 'en' };

/** What an app that has this seed shows, so many time steps away from the portal's clock. */
export const totpCode = (portal: Pick<Portal, 'clock'>, seed: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: portal.clock.now + steps * 30_000 });

/** Somebody with an app on their phone. */
export interface SecondFactorUser {
  readonly user: TestUser;
  readonly seed: string;
  readonly recoveryCodes: readonly string[];
  /** The session in which it was set up. */
  readonly person: Person;
}

export const seedOn = ({ $ }: Person): string => $('#seed').text().replaceAll(/\s/g, '');
export const recoveryCodesOn = ({ $ }: Person): string[] =>
  $('.recovery-codes code')
    .toArray()
    .map((each) => $(each).text());

/** Sets an app up as its user would; the clock then stands at the next code. */
export async function aSecondFactorUser(portal: Portal, user: TestUser): Promise<SecondFactorUser> {
  const person = await aPerson(portal, english).signIn(user);
  await person.visit(paths.ownSecondFactor);
  const seed = seedOn(person);
  // In whatever language they read: the label is the same in all of them.
  const button = person.$('main form button[type=submit]').first().text();
  await person.submit(normalizeSpace(button), { Code: totpCode(portal, seed) });
  const recoveryCodes = recoveryCodesOn(person);
  portal.clock.now += 60_000;
  return { user, seed, recoveryCodes, person };
}

/** Signs in by password and code. */
export async function signInByCode(portal: Portal, { user, seed }: SecondFactorUser): Promise<Person> {
  const person = await aPerson(portal, english).signIn(user);
  await person.submit('Sign in', { Code: totpCode(portal, seed) });
  portal.clock.now += 60_000;
  return person;
}

/** Fields that ask for the password once more. */
export const confirmationFields = (code: string, currentPassword = goodPassword): Record<string, string> => ({
  'Current password': currentPassword,
  'Code of the app, or recovery code': code,
});
