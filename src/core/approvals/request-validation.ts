import { activityGroups } from '../../domain/activity/groups.ts';
import { approvalActions, type ApprovalAction } from '../../domain/approval-actions.ts';
import { maxReasonLength, type ApprovalSubject } from '../../domain/approvals.ts';
import type { CodedError } from '../../domain/errors.ts';
import { choiceFault, rejectFaults, textFault } from '../../domain/validation.ts';
import { checkBulkSize } from '../accounts/index.ts';

interface RequestedAct extends Omit<ApprovalSubject, 'users'> {
  readonly act: ApprovalAction;
  readonly userIds: readonly string[];
}

const logFormats = ['csv', 'jsonl'];
const dayShape = /^\d{4}-\d\d-\d\d$/;
const malformed: CodedError = { code: 'field.malformed' };
const isDay = (day: string | null): boolean => day === null || dayShape.test(day);

/**
 * Validates a request, so that the action performed is the one that was approved.
 * @throws Failure badRequest
 */
export function checkRequest({ act, userIds, log, own }: RequestedAct, reason: string): void {
  rejectFaults(
    choiceFault('act', approvalActions, act),
    reason === '' ? { code: 'approval.reasonMissing' } : textFault(reason, maxReasonLength),
    // These fields determine the action: without `log`, a request to export the log would export the users.
    (act === 'exportLog') === (log !== undefined) ? null : malformed,
    (act === 'loosenRules') === (own !== undefined) ? null : malformed,
  );
  checkBulkSize(userIds);
  if (log === undefined) return;
  rejectFaults(
    choiceFault('format', logFormats, log.format),
    choiceFault('kind', [null, ...activityGroups], log.part.kind),
    isDay(log.part.from) && isDay(log.part.to) ? null : malformed,
  );
}

const answers = ['confirmed', 'declined'];

/**
 * Validates a decision on a request.
 * @throws Failure badRequest
 */
export const checkAnswer = (answer: string, remark: string): void =>
  rejectFaults(choiceFault('answer', answers, answer), textFault(remark, maxReasonLength));
