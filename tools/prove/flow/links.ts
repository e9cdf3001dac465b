import type { HandOverRule, RegionRules } from '../../../src/domain/regions.ts';
import { paths, resetPasswordPath } from '../../../src/site/http/paths.ts';
import { aVisitor, expect, personNamed, Refused, visitorOf, type Account, type Step, type Story } from '../story.ts';
import type { Answer } from '../visitor.ts';
import { replacePassword } from './sign-in.ts';
import { chooseOwnRules } from './own-rules.ts';
import { addByForm } from './users.ts';
import { mailedToken, takeWayIn } from './credentials.ts';

async function reset(story: Story, account: Account): Promise<Answer> {
  const admin = visitorOf(story, 'administrator');
  const address = resetPasswordPath(account.id);
  await admin.get(address);
  return expect(await admin.send(address), 200);
}

const resetsHere = ({ operations }: RegionRules): boolean => operations['users.resetPassword'].at === 'here';
const givesWaysIn = (rules: RegionRules): boolean => resetsHere(rules) || rules.operations['users.add'].at === 'here';

/** Resets somebody's password; where the rules refuse that, somebody is added instead, who needs a way in too. */
async function giveWayIn(story: Story): Promise<{ page: Answer; account: Account }> {
  const account = personNamed(story, 'colleague');
  try {
    return { page: await reset(story, account), account };
  } catch (error) {
    if (!(error instanceof Refused) || resetsHere(story.region.rules)) throw error;
    const added = await addByForm(story);
    story.remarks.push('to a user who was added; a reset is refused');
    return added;
  }
}

/** Lets somebody in by a link, which the company decides on where its region does not. */
async function handOver(story: Story, by: Exclude<HandOverRule, 'shown'>): Promise<void> {
  const isOwn = story.region.rules.handOver.by !== by;
  if (isOwn) await chooseOwnRules(story, { handOver: by });
  else story.remarks.push('the region decides on it');
  try {
    const { page, account } = await giveWayIn(story);
    await takeWayIn(story, page, account, { what: 'that was handed over', by });
    story.people.set('guest', account);
    await replacePassword(story, 'guest');
  } finally {
    if (isOwn) await chooseOwnRules(story, { handOver: '' });
  }
}

/** Ways in that nobody but their user opens. */
export const linkSteps: readonly Step[] = [
  {
    title: 'Decide to hand over links; give one, look at it, open it, try it again',
    where: (rules) => rules.handOver.by !== 'mailedLink' && givesWaysIn(rules),
    otherwise: 'links are mailed, or given elsewhere',
    act: (story) => handOver(story, 'link'),
  },
  {
    title: 'Decide to mail links; give one, open the link in the mail, try it again',
    where: givesWaysIn,
    otherwise: 'ways in are given elsewhere, or by nobody',
    act: (story) => handOver(story, 'mailedLink'),
  },
  {
    title: 'Recover access alone, by a link that is mailed',
    where: ({ operations }) => operations['users.resetPassword'].at === 'alone',
    otherwise: 'nobody recovers alone',
    act: async (story) => {
      const visitor = aVisitor(story);
      const page = await visitor.get(paths.recoverAccess);
      if (page.status === 404) throw new Refused(page.path);
      const member = personNamed(story, 'member');
      expect(await visitor.send(paths.recoverAccess, { username: member.username }), 200);
      member.link = await mailedToken(story, member.username);
      await replacePassword(story, 'member');
    },
  },
];
