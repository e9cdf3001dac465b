import { askPath, paths, to } from '../../../paths.ts';
import { expect, StepFault, visitorOf, personNamed, type Step, type Story } from '../story.ts';
import type { Answer } from '../visitor.ts';
import { chooseOwnRules } from './own-rules.ts';
import { addByOperator, temporaryPasswordOn } from './users.ts';

/** Asks another administrator, in the form on which the first one stands. @returns the address of the request */
async function ask(story: Story, page: Answer): Promise<string> {
  const admin = visitorOf(story, 'administrator');
  const reason = `Because ${story.plant('reason of a request')}`;
  if (!page.text.includes(`action="${paths.newApproval}"`)) {
    // Where there is no form for it, it is asked for all the same: what the rules refuse must be refused.
    const wish = Object.fromEntries(new URLSearchParams(page.path.split('?')[1]));
    expect(await admin.send(paths.newApproval, { ...wish, reason }), 200);
    throw new StepFault('no second administrator was asked for');
  }
  expect(await admin.send(paths.newApproval, { reason: '' }), 422);
  const asked = expect(await admin.send(paths.newApproval, { reason }), 200);
  if (asked.path === paths.newApproval) throw new StepFault('the request was not made');
  return asked.path;
}

async function answer(story: Story, request: string, move: 'confirmed' | 'declined'): Promise<void> {
  const second = visitorOf(story, 'second administrator');
  expect(await second.get(paths.approvals), 200);
  expect(await second.get(request), 200);
  expect(await second.send(request, { move, remark: `Well, ${story.plant('comment on a request')}` }), 200);
}

/** Asks and does, with the agreement of the second. @returns what came of it */
async function agreed(story: Story, page: Answer): Promise<Answer> {
  const request = await ask(story, page);
  await answer(story, request, 'confirmed');
  const admin = visitorOf(story, 'administrator');
  await admin.get(request);
  return expect(await admin.send(to(paths.performApproval, { approvalId: request.split('/').at(-1) ?? '' })), 200);
}

const anyExport = { export: 'two', resetGlobalAdmin: 'two' } as const;

/** What takes two administrators. */
export const approvalSteps: readonly Step[] = [
  {
    title: 'Decide that exports and resets of Global admins take two administrators',
    act: async (story) => {
      await chooseOwnRules(story, anyExport);
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
      temporaryPasswordOn(story, await agreed(story, expect(page, 200)), 'temporary password of a reset by two');
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
    act: async (story) => {
      const page = await chooseOwnRules(story, { export: '', resetGlobalAdmin: '' });
      const { path } = await agreed(story, page);
      if (path !== paths.rules) throw new StepFault('the own rules were not loosened');
    },
  },
];
