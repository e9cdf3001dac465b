import { paths, to } from '../../../src/site/http/paths.ts';
import { expect, StepFault, getVisitor, type Story } from '../story.ts';
import type { Answer } from '../visitor.ts';

const asksForApproval = ({ text }: Answer): boolean => text.includes(`action="${paths.newApproval}"`);

/** Requests approval from another administrator in the form that the page shows. @returns the path of the request */
export async function requestApproval(story: Story, page: Answer): Promise<string> {
  const admin = getVisitor(story, 'administrator');
  const reason = `Because ${story.plant('reason of a request')}`;
  if (!asksForApproval(page)) {
    // If the page shows no form, send the request anyway: it must be refused.
    const wish = Object.fromEntries(new URLSearchParams(page.path.split('?')[1]));
    expect(await admin.send(paths.newApproval, { ...wish, reason }), 200);
    throw new StepFault('no approval was required');
  }
  expect(await admin.send(paths.newApproval, { reason: '' }), 422);
  const asked = expect(await admin.send(paths.newApproval, { reason }), 200);
  if (asked.path === paths.newApproval) throw new StepFault('the request was not created');
  return asked.path;
}

export async function decideRequest(story: Story, request: string, move: 'confirmed' | 'declined'): Promise<void> {
  const second = getVisitor(story, 'second administrator');
  expect(await second.get(paths.approvals), 200);
  expect(await second.get(request), 200);
  expect(await second.send(request, { move, remark: `Well, ${story.plant('comment on a request')}` }), 200);
}

/** Requests approval, has the second administrator approve, and performs the action. @returns the resulting page */
export async function performWithApproval(story: Story, page: Answer): Promise<Answer> {
  const request = await requestApproval(story, page);
  await decideRequest(story, request, 'confirmed');
  const admin = getVisitor(story, 'administrator');
  await admin.get(request);
  return expect(await admin.send(to(paths.performApproval, { approvalId: request.split('/').at(-1) ?? '' })), 200);
}

/** @returns the page itself or, if the rules require a second administrator, the page after their approval */
export async function approveIfRequired(story: Story, page: Answer): Promise<Answer> {
  if (!asksForApproval(page)) return page;
  story.remarks.push('with another administrator’s approval');
  return performWithApproval(story, page);
}
