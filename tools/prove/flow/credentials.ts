import type { HandoverMode } from '../../../src/domain/regions.ts';
import { StepFault, temporaryPasswordsOn, type Account, type Scenario } from '../scenario.ts';
import type { Answer } from '../visitor.ts';

const maxMailWaitMs = 30_000;
const betweenLooksMs = 100;

const tokensIn = (text: string): string[] =>
  [...text.matchAll(/\/link\/([A-Z2-9]{4}(?:-[A-Z2-9]{4}){6})\b/g)].map(([, token]) => token ?? '');

/** Polls until `look` returns a value. @returns the value, or null after a timeout */
export async function eventually<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T | null> {
  const end = Date.now() + maxMailWaitMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, betweenLooksMs));
  }
  return null;
}

/** Waits for a link that was mailed to a user and is not tracked yet, and tracks it. @returns the token of the link */
export async function trackMailedLink({ mails, track, mailedLinks }: Scenario, username: string): Promise<string> {
  const token = await eventually(() =>
    mails()
      // Remove the soft line breaks of the quoted-printable encoding.
      .map((mail) => mail.replace(/=\r?\n/g, ''))
      .filter((mail) => mail.includes(username))
      .flatMap(tokensIn)
      .find((each) => !mailedLinks.has(each)),
  );
  if (token === null) throw new StepFault('no mail with a new link was sent');
  mailedLinks.add(token);
  return track('one-time link that was mailed', 'mailed', token);
}

/**
 * Tracks the credentials that a response issues. Depending on the rules, the page shows temporary passwords or links,
 * or the portal sends links by email.
 * @returns the credentials
 */
export async function trackCredentials(
  scenario: Scenario,
  page: Answer,
  { usernames, what, by = scenario.region.rules.handOver.by }: { usernames: string[]; what: string; by?: HandoverMode },
): Promise<string[]> {
  const links = tokensIn(page.text);
  // Links are searched for first, because the first part of a link matches the pattern of a temporary password.
  const passwords = links.length > 0 ? [] : temporaryPasswordsOn(page);
  if (by === 'mailedLink') {
    if (links.length + passwords.length > 0) throw new StepFault('a credential was shown that should have been mailed');
    const mailed: string[] = [];
    for (const username of usernames) mailed.push(await trackMailedLink(scenario, username));
    return mailed;
  }
  const shown = new Set(by === 'link' ? links : passwords);
  const name = by === 'link' ? 'one-time link' : 'temporary password';
  if (shown.size !== usernames.length) throw new StepFault(`the page shows ${shown.size} credentials`);
  return [...shown].map((text) => scenario.track(`${name} ${what}`, 'secret', text));
}

/** Tracks the credential that a user needs for their next sign-in. */
export async function acceptCredential(
  scenario: Scenario,
  page: Answer,
  account: Account,
  given: { what: string; by?: HandoverMode },
): Promise<void> {
  const [shortFlow = ''] = await trackCredentials(scenario, page, { ...given, usernames: [account.username] });
  const isLink = (given.by ?? scenario.region.rules.handOver.by) !== 'shown';
  if (isLink) account.link = shortFlow;
  else account.password = shortFlow;
}
