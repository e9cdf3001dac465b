import type { RegionRules } from '../../../src/domain/regions.ts';
import { newApprovalPath, paths } from '../../../src/site/http/paths.ts';
import { expect, getAccount, StepFault, getVisitor, type Step } from '../story.ts';
import { chooseOwnRules } from './own-rules.ts';
import { performWithApproval, decideRequest, requestApproval } from './approval-requests.ts';
import { addByOperator } from './users.ts';
import { acceptCredential } from './credentials.ts';

const guarded = ['export', 'resetGlobalAdmin'] as const;

/** The actions for which the tenant decides whether they require approval. */
const leftToDecide = ({ twoAdministrators }: RegionRules) =>
  guarded.filter((act) => !twoAdministrators.for.includes(act));

const each = (acts: readonly string[], value: string): Record<string, string> =>
  Object.fromEntries(acts.map((act) => [act, value]));

/** Actions that require two administrators. */
export const approvalSteps: readonly Step[] = [
  {
    title: 'Require two administrators for exports and for resets of Global admins',
    act: async (story) => {
      const left = leftToDecide(story.region.rules);
      if (left.length < guarded.length) story.remarks.push('the region’s rules already require it');
      await chooseOwnRules(story, each(left, 'two'));
      await addByOperator(story, 'third administrator', ['--administrator-level', 'global']);
    },
  },
  {
    title: 'Reset a Global admin’s password with another administrator’s approval',
    operation: 'users.resetPassword',
    act: async (story) => {
      const page = await getVisitor(story, 'administrator').get(
        newApprovalPath('resetPassword', [getAccount(story, 'third administrator').id]),
      );
      const shown = await performWithApproval(story, expect(page, 200));
      await acceptCredential(story, shown, getAccount(story, 'third administrator'), { what: 'of an approved reset' });
    },
  },
  {
    title: 'Export all users with another administrator’s approval',
    operation: 'users.export',
    act: async (story) => {
      const page = await getVisitor(story, 'administrator').get(newApprovalPath('exportUsers', []));
      const { text } = await performWithApproval(story, expect(page, 200));
      story.exports.push({ name: 'users as a file, after approval', text });
    },
  },
  {
    title: 'Request an export of the log, which the other administrator declines; withdraw another request',
    supportedBy: ({ activityLog }) => activityLog.export === 'allowed',
    unsupportedReason: 'the log cannot be exported',
    act: async (story) => {
      const admin = getVisitor(story, 'administrator');
      const filter = { format: 'csv', from: '2026-01-01' };
      const declined = await requestApproval(
        story,
        expect(await admin.get(newApprovalPath('exportLog', [], filter)), 200),
      );
      await decideRequest(story, declined, 'declined');
      const withdrawn = await requestApproval(
        story,
        expect(await admin.get(newApprovalPath('exportLog', [], filter)), 200),
      );
      await admin.get(withdrawn);
      expect(await admin.send(withdrawn, { move: 'withdraw' }), 200);
    },
  },
  {
    title: 'Require one administrator again, with the other’s approval',
    supportedBy: (rules) => leftToDecide(rules).length > 0,
    unsupportedReason: 'the region’s rules require two',
    act: async (story) => {
      const isOwn = leftToDecide(story.region.rules).length > 0;
      const page = await chooseOwnRules(story, each(guarded, isOwn ? '' : 'one'));
      const { path } = await performWithApproval(story, page);
      if (path !== paths.rules) throw new StepFault('the tenant’s rules were not relaxed');
    },
  },
];
