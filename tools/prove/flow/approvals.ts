import type { RegionRules } from '../../../src/domain/regions.ts';
import { newApprovalPath, paths } from '../../../src/site/http/paths.ts';
import { expect, getAccount, StepFault, getVisitor, type Step } from '../scenario.ts';
import { chooseOwnRules } from './own-rules.ts';
import { performWithApproval, decideRequest, requestApproval } from './approval-requests.ts';
import { addByOperator } from './users.ts';
import { acceptCredential } from './credentials.ts';

const guarded = ['export', 'resetGlobalAdmin'] as const;

/** @returns the actions for which the region does not require approval, so that tenants can decide */
const leftToDecide = ({ twoAdministrators }: RegionRules) =>
  guarded.filter((act) => !twoAdministrators.for.includes(act));

const each = (acts: readonly string[], value: string): Record<string, string> =>
  Object.fromEntries(acts.map((act) => [act, value]));

/** The steps with actions that require two administrators. */
export const approvalSteps: readonly Step[] = [
  {
    title: 'Require two administrators for exports and for resets of Global admins',
    act: async (scenario) => {
      const left = leftToDecide(scenario.region.rules);
      if (left.length < guarded.length) scenario.remarks.push('the region’s rules already require it');
      await chooseOwnRules(scenario, each(left, 'two'));
      await addByOperator(scenario, 'third administrator', ['--administrator-level', 'global']);
    },
  },
  {
    title: 'Reset a Global admin’s password with another administrator’s approval',
    operation: 'users.resetPassword',
    act: async (scenario) => {
      const page = await getVisitor(scenario, 'administrator').get(
        newApprovalPath('resetPassword', [getAccount(scenario, 'third administrator').id]),
      );
      const shown = await performWithApproval(scenario, expect(page, 200));
      await acceptCredential(scenario, shown, getAccount(scenario, 'third administrator'), {
        what: 'of an approved reset',
      });
    },
  },
  {
    title: 'Export all users with another administrator’s approval',
    operation: 'users.export',
    act: async (scenario) => {
      const page = await getVisitor(scenario, 'administrator').get(newApprovalPath('exportUsers', []));
      const { text } = await performWithApproval(scenario, expect(page, 200));
      scenario.exports.push({ name: 'users as a file, after approval', text });
    },
  },
  {
    title: 'Request an export of the log, which the other administrator declines; withdraw another request',
    supportedBy: ({ activityLog }) => activityLog.export === 'allowed',
    unsupportedReason: 'the log cannot be exported',
    act: async (scenario) => {
      const admin = getVisitor(scenario, 'administrator');
      const filter = { format: 'csv', from: '2026-01-01' };
      const declined = await requestApproval(
        scenario,
        expect(await admin.get(newApprovalPath('exportLog', [], filter)), 200),
      );
      await decideRequest(scenario, declined, 'declined');
      const withdrawn = await requestApproval(
        scenario,
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
    act: async (scenario) => {
      const isOwn = leftToDecide(scenario.region.rules).length > 0;
      const page = await chooseOwnRules(scenario, each(guarded, isOwn ? '' : 'one'));
      const { path } = await performWithApproval(scenario, page);
      if (path !== paths.rules) throw new StepFault('the tenant’s rules were not relaxed');
    },
  },
];
