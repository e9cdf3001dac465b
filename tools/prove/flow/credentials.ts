import type { HandOverRule } from '../../../src/domain/regions.ts';
import { StepFault, temporaryPasswordsOn, type Account, type Story } from '../story.ts';
import type { Answer } from '../visitor.ts';

const maxMailWaitMs = 30_000;
const betweenLooksMs = 100;

const tokensIn = (text: string): string[] =>
  [...text.matchAll(/\/link\/([A-Z2-9]{4}(?:-[A-Z2-9]{4}){6})\b/g)].map(([, token]) => token ?? '');

/** @returns what was asked for, as soon as it is there; null where that takes too long */
export async function eventually<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T | null> {
  const end = Date.now() + maxMailWaitMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, betweenLooksMs));
  }
  return null;
}

/** @returns the token of a link that was mailed to somebody and that nobody has taken note of yet */
export async function mailedToken({ mails, learn, mailedLinks }: Story, username: string): Promise<string> {
  const token = await eventually(() =>
    mails()
      // A long line of a mail goes on in the next one.
      .map((mail) => mail.replace(/=\r?\n/g, ''))
      .filter((mail) => mail.includes(username))
      .flatMap(tokensIn)
      .find((each) => !mailedLinks.has(each)),
  );
  if (token === null) throw new StepFault('no mail with a link was sent');
  mailedLinks.add(token);
  return learn('one-time link that was mailed', 'mailed', token);
}

/**
 * Takes note of the ways in that an answer gives to some users: it shows temporary passwords or links, or mails them past
 * everybody, as the rules have it.
 * @returns them
 */
export async function waysInOn(
  story: Story,
  page: Answer,
  { usernames, what, by = story.region.rules.handOver.by }: { usernames: string[]; what: string; by?: HandOverRule },
): Promise<string[]> {
  const links = tokensIn(page.text);
  // The beginning of a link looks like a temporary password.
  const passwords = links.length > 0 ? [] : temporaryPasswordsOn(page);
  if (by === 'mailedLink') {
    if (links.length + passwords.length > 0) throw new StepFault('a way in was shown that was to be mailed');
    const mailed: string[] = [];
    for (const username of usernames) mailed.push(await mailedToken(story, username));
    return mailed;
  }
  const shown = new Set(by === 'link' ? links : passwords);
  const name = by === 'link' ? 'one-time link' : 'temporary password';
  if (shown.size !== usernames.length) throw new StepFault(`there are ${shown.size} ways in on the page`);
  return [...shown].map((text) => story.learn(`${name} ${what}`, 'secret', text));
}

/** Takes note of somebody's way in, by which they come in next. */
export async function takeWayIn(
  story: Story,
  page: Answer,
  account: Account,
  given: { what: string; by?: HandOverRule },
): Promise<void> {
  const [wayIn = ''] = await waysInOn(story, page, { ...given, usernames: [account.username] });
  const isLink = (given.by ?? story.region.rules.handOver.by) !== 'shown';
  if (isLink) account.link = wayIn;
  else account.password = wayIn;
}
