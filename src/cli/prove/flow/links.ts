import { paths, resetPasswordPath, to } from '../../../paths.ts';
import {
  aVisitor,
  expect,
  personNamed,
  Refused,
  StepFault,
  visitorOf,
  watchSession,
  type Step,
  type Story,
} from '../story.ts';
import type { Answer } from '../visitor.ts';
import { chooseOwnRules } from './own-rules.ts';
import { choosePassword } from './users.ts';

const longestMailMs = 30_000;

const tokenIn = (text: string): string => /\/link\/([A-Z2-9]{4}(?:-[A-Z2-9]{4}){6})\b/.exec(text)?.[1] ?? '';

async function reset(story: Story, name: string): Promise<Answer> {
  const admin = visitorOf(story, 'administrator');
  const address = resetPasswordPath(personNamed(story, name).id);
  await admin.get(address);
  return expect(await admin.send(address), 200);
}

/** Looks at a link as a scanner of mail does, opens it, and finds it burnt. */
async function openLink(story: Story, name: string, token: string): Promise<void> {
  const address = to(paths.oneTimeLink, { token });
  expect(await aVisitor(story).get(address), 200);
  const visitor = aVisitor(story);
  expect(await visitor.get(address), 200);
  const page = expect(await visitor.send(address), 200);
  if (page.path !== paths.changePassword) throw new StepFault('the link did not lead to the forced change');
  watchSession(story, visitor);
  await choosePassword(story, personNamed(story, name), visitor);
  expect(await aVisitor(story).get(address), 404);
}

/** @returns the token in a mail that was not there before */
async function mailedToken({ mails, learn }: Story, known: ReadonlySet<string>): Promise<string> {
  const end = Date.now() + longestMailMs;
  while (Date.now() < end) {
    // A long line of a mail goes on in the next one.
    const tokens = mails().map((mail) => tokenIn(mail.replace(/=\r?\n/g, '')));
    const token = tokens.find((each) => each !== '' && !known.has(each));
    if (token !== undefined) return learn('one-time link that was mailed', 'mailed', token);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new StepFault('no mail with a link was sent');
}

const mailedSoFar = ({ mails }: Story): Set<string> =>
  new Set(mails().map((mail) => tokenIn(mail.replace(/=\r?\n/g, ''))));

/** Ways in that nobody but their user opens. */
export const linkSteps: readonly Step[] = [
  {
    title: 'Decide to hand over links; reset a password, look at the link, open it, try it again',
    operation: 'users.resetPassword',
    where: ({ handOver }) => handOver.by === 'shown',
    act: async (story) => {
      await chooseOwnRules(story, { handOver: 'link' });
      const page = await reset(story, 'colleague');
      const token = story.learn('one-time link that was handed over', 'secret', tokenIn(page.text));
      await openLink(story, 'colleague', token);
    },
  },
  {
    title: 'Decide to mail links; reset a password, open the link in the mail, try it again',
    operation: 'users.resetPassword',
    inTurn: true,
    where: ({ handOver }) => handOver.by !== 'mailedLink',
    act: async (story) => {
      await chooseOwnRules(story, { handOver: 'mailedLink' });
      const known = mailedSoFar(story);
      await reset(story, 'colleague');
      await openLink(story, 'colleague', await mailedToken(story, known));
      await chooseOwnRules(story, { handOver: '' });
    },
  },
  {
    title: 'Recover access alone, by a link that is mailed',
    where: ({ operations }) => operations['users.resetPassword'].at === 'alone',
    act: async (story) => {
      const visitor = aVisitor(story);
      const page = await visitor.get(paths.recoverAccess);
      if (page.status === 404) throw new Refused(page.path);
      const known = mailedSoFar(story);
      const { username } = personNamed(story, 'member');
      expect(await visitor.send(paths.recoverAccess, { username }), 200);
      await openLink(story, 'member', await mailedToken(story, known));
    },
  },
];
