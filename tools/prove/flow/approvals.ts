import type { RegionRules } from '../../../src/domain/regions.ts';
import { askPath, paths } from '../../../src/site/http/paths.ts';
import { expect, personNamed, StepFault, visitorOf, type Step } from '../story.ts';
import { chooseOwnRules } from './own-rules.ts';
import { agreed, answer, ask } from './approval-requests.ts';
import { addByOperator } from './users.ts';
import { takeWayIn } from './credentials.ts';

const guarded = ['export', 'resetGlobalAdmin'] as const;

/** What the company has to decide for itself, since its region does not. */
const leftToDecide = ({ twoAdministrators }: RegionRules) =>
  guarded.filter((act) => !twoAdministrators.for.includes(act));

const each = (acts: readonly string[], value: string): Record<string, string> =>
  Object.fromEntries(acts.map((act) => [act, value]));

/** What takes two administrators. */
export const approvalSteps: readonly Step[] = [
  {
    title: 'Decide that exports and resets of Global admins take two administrators',
    act: async (story) => {
      const left = leftToDecide(story.region.rules);
      if (left.length < guarded.length) story.remarks.push('the region decides on it');
      await chooseOwnRules(story, each(left, 'two'));
      await addByOperator(story, 'third administrator', ['--administrator-level', 'global']);
    },
  },
  {
    title: 'Reset a Global admin’s password with another administrator’s agreement',
    operation: 'users.resetPassword',
    act: async (story) => {
      const page = await visitorOf(story, 'administrator').get(
        askPath('resetPassword', [personNamed(story, 'third administrator').id]),
      );
      const shown = await agreed(story, expect(page, 200));
      await takeWayIn(story, shown, personNamed(story, 'third administrator'), { what: 'of a reset by two' });
    },
  },
  {
    title: 'Export all users with another administrator’s agreement',
    operation: 'users.export',
    act: async (story) => {
      const page = await visitorOf(story, 'administrator').get(askPath('exportUsers', []));
      const { text } = await agreed(story, expect(page, 200));
      story.exports.push({ name: 'users as a file, by two', text });
    },
  },
  {
    title: 'Ask for the log, which the other administrator declines; withdraw another request',
    where: ({ activityLog }) => activityLog.export === 'allowed',
    otherwise: 'the log is not taken away',
    act: async (story) => {
      const admin = visitorOf(story, 'administrator');
      const filter = { format: 'csv', from: '2026-01-01' };
      const declined = await ask(story, expect(await admin.get(askPath('exportLog', [], filter)), 200));
      await answer(story, declined, 'declined');
      const withdrawn = await ask(story, expect(await admin.get(askPath('exportLog', [], filter)), 200));
      await admin.get(withdrawn);
      expect(await admin.send(withdrawn, { move: 'withdraw' }), 200);
    },
  },
  {
    title: 'Leave it to one administrator again, with the other’s agreement',
    where: (rules) => leftToDecide(rules).length > 0,
    otherwise: 'the region asks for two',
    act: async (story) => {
      const isOwn = leftToDecide(story.region.rules).length > 0;
      const page = await chooseOwnRules(story, each(guarded, isOwn ? '' : 'one'));
      const { path } = await agreed(story, page);
      if (path !== paths.rules) throw new StepFault('the own rules were not loosened');
    },
  },
];
