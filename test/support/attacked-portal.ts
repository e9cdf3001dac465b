import { fillPath, paths } from '../../src/site/http/paths.ts';
import { aTenant, aUser, goodPassword, type TestUser } from './builders.ts';
import { linkPattern } from './links.ts';
import { aMailServer } from './mail-server.ts';
import { MAIL_FROM } from './outbox.ts';
import { anAddress, onPasswordPage, statusesOf } from './password-attacks.ts';
import { aPerson, type Person } from './person.ts';
import { openPortal } from './portal.ts';
import { withRules } from './rules.ts';

// Low limits, so that few requests reach them. The limits that no rule sets are reached with all of their requests.
const throttle = {
  perAccountAndAddress: { attempts: 3, windowMinutes: 15, blockMinutes: 15 },
  perAccount: { attempts: 6, windowMinutes: 24 * 60, blockMinutes: 60 },
  perAddress: { attempts: 6, windowMinutes: 15, blockMinutes: 15 },
  fixed: false,
};
export const wrong = 'the wrong one of them all';
export const repeated = <T>(value: T, times: number): T[] => Array.from({ length: times }, () => value);
export const statuses = (accepted: number, refused: number): number[] => [
  ...repeated(422, accepted),
  ...repeated(429, refused),
];
export const invalidLink = fillPath(paths.oneTimeLink, { token: repeated('AAAA', 7).join('-') });
export const wrongRecoveryCode = repeated('AAAA', 6).join('-');

/** Opens a portal with low limits and a mail server, and returns it with functions for what attackers and owners do. */
export async function openAttackedPortal(databaseUrl: string | undefined) {
  const mail = await aMailServer();
  const environment = { ...withRules({ throttle }), TRUST_PROXY: '1', SMTP_URL: mail.url, MAIL_FROM };
  const portal = await openPortal({ environment, ...(databaseUrl ? { databaseUrl } : {}) });
  const tenant = await aTenant(portal, { language: 'en' });
  const camille = await aUser(portal, tenant, { administratorLevel: 'global' });

  const from = (address: string) => aPerson(portal, { 'Accept-Language': 'en', 'X-Forwarded-For': address });
  const guess = async (username: string, address: string, times: number): Promise<number[]> =>
    statusesOf(await onPasswordPage(portal, address, username), repeated(wrong, times));
  return {
    portal,
    tenant,
    camille,
    from,
    guess,
    signedIn: (user: TestUser): Promise<Person> => from(anAddress()).signIn(user),
    enterPassword: (person: Person, password = goodPassword): Promise<Person> =>
      person.submit('Sign in', { Password: password }),
    /** Submits ten wrong passwords for a user name, two from each of five addresses. */
    attackName: async ({ username }: Pick<TestUser, 'username'>): Promise<number[]> => {
      const answers: number[] = [];
      for (let each = 0; each < 5; each++) answers.push(...(await guess(username, anAddress(), 2)));
      return answers;
    },
    submitCodes: async (person: Person, fields: Record<string, string>, times: number): Promise<number[]> => {
      const answers: number[] = [];
      for (let each = 0; each < times; each++) {
        answers.push((await person.send('POST', paths.signInCode, fields)).status);
      }
      return answers;
    },
    /** @returns the links that were emailed to the user since the last call */
    mailedLinks: async ({ username }: Pick<TestUser, 'username'>): Promise<string[]> => {
      await portal.background.runAll();
      const mails = mail.received.splice(0).filter(({ to }) => to.includes(username));
      return mails.flatMap(({ text }) => linkPattern.exec(text)?.[1] ?? []);
    },
  };
}
