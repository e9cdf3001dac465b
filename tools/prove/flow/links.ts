import type { HandOverRule, RegionRules } from '../../../src/domain/regions.ts';
import { paths, resetPasswordPath } from '../../../src/site/http/paths.ts';
import { newVisitor, expect, getAccount, Refused, getVisitor, type Account, type Step, type Story } from '../story.ts';
import type { Answer } from '../visitor.ts';
import { replacePassword } from './sign-in.ts';
import { chooseOwnRules } from './own-rules.ts';
import { addByForm } from './users.ts';
import { trackMailedLink, acceptCredential } from './credentials.ts';

async function reset(story: Story, account: Account): Promise<Answer> {
  const admin = getVisitor(story, 'administrator');
  const address = resetPasswordPath(account.id);
  await admin.get(address);
  return expect(await admin.send(address), 200);
}

const resetsHere = ({ operations }: RegionRules): boolean => operations['users.resetPassword'].at === 'here';
const issuesCredentials = (rules: RegionRules): boolean =>
  resetsHere(rules) || rules.operations['users.add'].at === 'here';

/** Resets somebody's password; where the rules refuse that, somebody is added instead, who needs a way in too. */
async function issueCredential(story: Story): Promise<{ page: Answer; account: Account }> {
  const account = getAccount(story, 'colleague');
  try {
    return { page: await reset(story, account), account };
  } catch (error) {
    if (!(error instanceof Refused) || resetsHere(story.region.rules)) throw error;
    const added = await addByForm(story);
    story.remarks.push('to a user who was added; a reset is refused');
    return added;
  }
}

/** Lets somebody in by a link, which the tenant decides on where its region does not. */
async function handOverCredential(story: Story, by: Exclude<HandOverRule, 'shown'>): Promise<void> {
  const isOwn = story.region.rules.handOver.by !== by;
  if (isOwn) await chooseOwnRules(story, { handOver: by });
  else story.remarks.push('the region decides on it');
  try {
    const { page, account } = await issueCredential(story);
    await acceptCredential(story, page, account, { what: 'that was handed over', by });
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
    supportedBy: (rules) => rules.handOver.by !== 'mailedLink' && issuesCredentials(rules),
    unsupportedReason: 'links are mailed, or given elsewhere',
    act: (story) => handOverCredential(story, 'link'),
  },
  {
    title: 'Decide to mail links; give one, open the link in the mail, try it again',
    supportedBy: issuesCredentials,
    unsupportedReason: 'ways in are given elsewhere, or by nobody',
    act: (story) => handOverCredential(story, 'mailedLink'),
  },
  {
    title: 'Recover access alone, by a link that is mailed',
    supportedBy: ({ operations }) => operations['users.resetPassword'].at === 'alone',
    unsupportedReason: 'nobody recovers alone',
    act: async (story) => {
      const visitor = newVisitor(story);
      const page = await visitor.get(paths.recoverAccess);
      if (page.status === 404) throw new Refused(page.path);
      const member = getAccount(story, 'member');
      expect(await visitor.send(paths.recoverAccess, { username: member.username }), 200);
      member.link = await trackMailedLink(story, member.username);
      await replacePassword(story, 'member');
    },
  },
];
