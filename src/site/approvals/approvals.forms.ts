import { z } from 'zod';
import { maxReasonLength } from '../../domain/approvals.ts';
import { cleanName } from '../../domain/people/user.ts';
import { logQuery } from '../activity/activity.forms.ts';
import { line } from '../http/forms.ts';
import { maxBulkUsers } from '../../core/accounts/index.ts';
import { approvalActions } from '../../domain/approval-actions.ts';

const maxIdLength = 36;
// Much more than is taken: how long it is counts when what cannot be seen is out of it.
const maxTypedLength = 20_000;

/** A sentence or two, cleaned like a name: on one line, without signs that turn the rest of a page around. */
const sentence = line(maxTypedLength)
  .transform(cleanName)
  .refine((text) => text.length <= maxReasonLength, 'errors:field.tooLong');

const people = z
  .union([z.string().transform((one) => [one]), z.array(z.string())])
  .catch([])
  .transform((all) => [...new Set(all)].filter((id) => id !== '' && id.length <= maxIdLength).slice(0, maxBulkUsers));

/** What is asked for, as an address or a form carries it. */
export const wishForm = z.object({
  act: z.enum(approvalActions).nullable().catch(null),
  user: people,
  format: z.enum(['csv', 'jsonl']).catch('csv'),
  of: logQuery.shape.user,
  kind: logQuery.shape.kind,
  from: logQuery.shape.from,
  to: logQuery.shape.to,
});

export const reasonForm = z.object({
  reason: sentence.refine((text) => text !== '', 'approvals:error.reasonMissing'),
});

export const answerForm = z.object({
  move: z.enum(['confirmed', 'declined', 'withdraw']).nullable().catch(null),
  remark: sentence,
});
