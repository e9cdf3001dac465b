import { z } from 'zod';
import { maxReasonLength } from '../../domain/approvals.ts';
import { cleanName } from '../../domain/people/user.ts';
import { isLongerThan } from '../../domain/people/visible-text.ts';
import { logQuery } from '../activity/activity.forms.ts';
import { singleLine } from '../http/forms.ts';
import { maxBulkUsers } from '../../core/accounts/index.ts';
import { approvalActions } from '../../domain/approval-actions.ts';

const maxIdLength = 36;
// The maximum length of the text as typed. A lower limit applies to the stored text, after invisible characters have
// been removed.
const maxTypedLength = 20_000;

/** A short string on a single line, without bidirectional control characters. */
const shortText = singleLine(maxTypedLength)
  .transform(cleanName)
  .refine((text) => !isLongerThan(text, maxReasonLength), 'errors:field.tooLong');

const userIds = z
  .union([z.string().transform((one) => [one]), z.array(z.string())])
  .catch([])
  .transform((all) => [...new Set(all)].filter((id) => id !== '' && id.length <= maxIdLength).slice(0, maxBulkUsers));

/** The requested action, from the query or the form. */
export const requestForm = z.object({
  act: z.enum(approvalActions).nullable().catch(null),
  user: userIds,
  format: z.enum(['csv', 'jsonl']).catch('csv'),
  of: logQuery.shape.user,
  kind: logQuery.shape.kind,
  from: logQuery.shape.from,
  to: logQuery.shape.to,
});

export const reasonForm = z.object({
  reason: shortText.refine((text) => text !== '', 'approvals:error.reasonMissing'),
});

export const decisionForm = z.object({
  move: z.enum(['confirmed', 'declined', 'withdraw']).nullable().catch(null),
  remark: shortText,
});
