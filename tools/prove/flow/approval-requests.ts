import { paths, fillPath } from '../../../src/site/http/paths.ts';
import { expect, StepFault, getVisitor, type Scenario } from '../scenario.ts';
import type { Answer } from '../visitor.ts';

const asksForApproval = ({ text }: Answer): boolean => text.includes(`action="${paths.newApproval}"`);

/** Requests another administrator's approval with the form on the page. @returns the path of the request */
export async function requestApproval(scenario: Scenario, page: Answer): Promise<string> {
  const admin = getVisitor(scenario, 'administrator');
  const reason = `Because ${scenario.plant('reason of a request')}`;
  if (!asksForApproval(page)) {
    // If the page has no form, the request is sent anyway, because the portal must refuse it.
    const wish = Object.fromEntries(new URLSearchParams(page.path.split('?')[1]));
    expect(await admin.send(paths.newApproval, { ...wish, reason }), 200);
    throw new StepFault('no approval was required');
  }
  expect(await admin.send(paths.newApproval, { reason: '' }), 422);
  const asked = expect(await admin.send(paths.newApproval, { reason }), 200);
  if (asked.path === paths.newApproval) throw new StepFault('the request was not created');
  return asked.path;
}

export async function decideRequest(
  scenario: Scenario,
  request: string,
  move: 'confirmed' | 'declined',
): Promise<void> {
  const second = getVisitor(scenario, 'second administrator');
  expect(await second.get(paths.approvals), 200);
  expect(await second.get(request), 200);
  expect(await second.send(request, { move, remark: `Well, ${scenario.plant('comment on a request')}` }), 200);
}

/**
 * Requests approval, has the second administrator approve the request, and performs the action.
 * @returns the resulting page
 */
export async function performWithApproval(scenario: Scenario, page: Answer): Promise<Answer> {
  const request = await requestApproval(scenario, page);
  await decideRequest(scenario, request, 'confirmed');
  const admin = getVisitor(scenario, 'administrator');
  await admin.get(request);
  return expect(
    await admin.send(fillPath(paths.performApproval, { approvalId: request.split('/').at(-1) ?? '' })),
    200,
  );
}

/** @returns the page, or the page after approval if the rules require a second administrator */
export async function approveIfRequired(scenario: Scenario, page: Answer): Promise<Answer> {
  if (!asksForApproval(page)) return page;
  scenario.remarks.push('with another administrator’s approval');
  return performWithApproval(scenario, page);
}
