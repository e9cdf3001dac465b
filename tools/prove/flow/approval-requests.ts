import { paths, to } from '../../../src/site/http/paths.ts';
import { expect, StepFault, visitorOf, type Story } from '../story.ts';
import type { Answer } from '../visitor.ts';

const isAsking = ({ text }: Answer): boolean => text.includes(`action="${paths.newApproval}"`);

/** Asks another administrator, in the form on which the first one stands. @returns the address of the request */
export async function ask(story: Story, page: Answer): Promise<string> {
  const admin = visitorOf(story, 'administrator');
  const reason = `Because ${story.plant('reason of a request')}`;
  if (!isAsking(page)) {
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

export async function answer(story: Story, request: string, move: 'confirmed' | 'declined'): Promise<void> {
  const second = visitorOf(story, 'second administrator');
  expect(await second.get(paths.approvals), 200);
  expect(await second.get(request), 200);
  expect(await second.send(request, { move, remark: `Well, ${story.plant('comment on a request')}` }), 200);
}

/** Asks and does, with the agreement of the second. @returns what came of it */
export async function agreed(story: Story, page: Answer): Promise<Answer> {
  const request = await ask(story, page);
  await answer(story, request, 'confirmed');
  const admin = visitorOf(story, 'administrator');
  await admin.get(request);
  return expect(await admin.send(to(paths.performApproval, { approvalId: request.split('/').at(-1) ?? '' })), 200);
}

/** @returns the answer, or, where the rules ask for another administrator first, what came of it with their agreement */
export async function settled(story: Story, page: Answer): Promise<Answer> {
  if (!isAsking(page)) return page;
  story.remarks.push('with another administrator’s agreement');
  return agreed(story, page);
}
