import type { HandoverMode, RegionRules } from '../../../src/domain/regions.ts';
import { paths, resetPasswordPath } from '../../../src/site/http/paths.ts';
import {
  newVisitor,
  expect,
  getAccount,
  Refused,
  getVisitor,
  type Account,
  type Step,
  type Scenario,
} from '../scenario.ts';
import type { Answer } from '../visitor.ts';
import { replacePassword } from './sign-in.ts';
import { chooseOwnRules } from './own-rules.ts';
import { addByForm } from './users.ts';
import { trackMailedLink, acceptCredential } from './credentials.ts';

async function reset(scenario: Scenario, account: Account): Promise<Answer> {
  const admin = getVisitor(scenario, 'administrator');
  const address = resetPasswordPath(account.id);
  await admin.get(address);
  return expect(await admin.send(address), 200);
}

const resetsHere = ({ operations }: RegionRules): boolean => operations['users.resetPassword'].at === 'here';
const issuesCredentials = (rules: RegionRules): boolean =>
  resetsHere(rules) || rules.operations['users.add'].at === 'here';

/** Resets a user's password or, if the rules forbid that, adds a user, who also needs a credential. */
async function issueCredential(scenario: Scenario): Promise<{ page: Answer; account: Account }> {
  const account = getAccount(scenario, 'colleague');
  try {
    return { page: await reset(scenario, account), account };
  } catch (error) {
    if (!(error instanceof Refused) || resetsHere(scenario.region.rules)) throw error;
    const added = await addByForm(scenario);
    scenario.remarks.push('for a new user, because resets are refused');
    return added;
  }
}

/** Issues a credential as a link. If the region does not require links, the tenant requires them during this step. */
async function handOverCredential(scenario: Scenario, by: Exclude<HandoverMode, 'shown'>): Promise<void> {
  const isOwn = scenario.region.rules.handOver.by !== by;
  if (isOwn) await chooseOwnRules(scenario, { handOver: by });
  else scenario.remarks.push('the region’s rules already require it');
  try {
    const { page, account } = await issueCredential(scenario);
    await acceptCredential(scenario, page, account, { what: 'that was handed over', by });
    scenario.people.set('guest', account);
    await replacePassword(scenario, 'guest');
  } finally {
    if (isOwn) await chooseOwnRules(scenario, { handOver: '' });
  }
}

/** The steps that issue and open links, with which users choose passwords that no administrator knows. */
export const linkSteps: readonly Step[] = [
  {
    title: 'Choose links for handover; issue one, preview it, open it, and try it again',
    supportedBy: (rules) => rules.handOver.by !== 'mailedLink' && issuesCredentials(rules),
    unsupportedReason: 'links are mailed, or credentials are not issued here',
    act: (scenario) => handOverCredential(scenario, 'link'),
  },
  {
    title: 'Choose mailed links for handover; issue one, open it from the mail, and try it again',
    supportedBy: issuesCredentials,
    unsupportedReason: 'credentials are not issued here',
    act: (scenario) => handOverCredential(scenario, 'mailedLink'),
  },
  {
    title: 'Recover access through a mailed link',
    supportedBy: ({ operations }) => operations['users.resetPassword'].at === 'alone',
    unsupportedReason: 'users do not recover access themselves',
    act: async (scenario) => {
      const visitor = newVisitor(scenario);
      const page = await visitor.get(paths.recoverAccess);
      if (page.status === 404) throw new Refused(page.path);
      const member = getAccount(scenario, 'member');
      expect(await visitor.send(paths.recoverAccess, { username: member.username }), 200);
      member.link = await trackMailedLink(scenario, member.username);
      await replacePassword(scenario, 'member');
    },
  },
];
