import { Secret, TOTP } from 'otpauth';
import { paths } from '../../src/site/http/paths.ts';
import { goodPassword, type TestUser } from './builders.ts';
import { normalizeSpace } from './form-values.ts';
import { aPerson, type Person } from './person.ts';
import type { Portal } from './portal.ts';

export const english = { 'Accept-Language': 'en' };

/**
 * @returns the code that an authenticator app with this seed shows, some time steps before or after the time of the
 * portal's clock
 */
export const totpCode = (portal: Pick<Portal, 'clock'>, seed: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: portal.clock.now + steps * 30_000 });

/** A user who has set up an authenticator app. */
export interface SecondFactorUser {
  readonly user: TestUser;
  readonly seed: string;
  readonly recoveryCodes: readonly string[];
  /** The session in which the app was set up. */
  readonly person: Person;
}

export const seedOn = ({ $ }: Person): string => $('#seed').text().replaceAll(/\s/g, '');
export const recoveryCodesOn = ({ $ }: Person): string[] =>
  $('.recovery-codes code')
    .toArray()
    .map((each) => $(each).text());

/** Sets up an authenticator app through the portal, then advances the clock so that its next code differs. */
export async function aSecondFactorUser(portal: Portal, user: TestUser): Promise<SecondFactorUser> {
  const person = await aPerson(portal, english).signIn(user);
  await person.visit(paths.ownSecondFactor);
  const seed = seedOn(person);
  // The button has a different text in each language, while the label of the field is the same.
  const button = person.$('main form button[type=submit]').first().text();
  await person.submit(normalizeSpace(button), { Code: totpCode(portal, seed) });
  const recoveryCodes = recoveryCodesOn(person);
  portal.clock.now += 60_000;
  return { user, seed, recoveryCodes, person };
}

/** Signs a user in with their password and a code. */
export async function signInByCode(portal: Portal, { user, seed }: SecondFactorUser): Promise<Person> {
  const person = await aPerson(portal, english).signIn(user);
  await person.submit('Sign in', { Code: totpCode(portal, seed) });
  portal.clock.now += 60_000;
  return person;
}

/** @returns the fields of a form that asks for the password and a code again */
export const confirmationFields = (code: string, currentPassword = goodPassword): Record<string, string> => ({
  'Current password': currentPassword,
  'Authenticator code or recovery code': code,
});
