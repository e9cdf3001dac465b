import { z } from 'zod';
import { activityGroups } from '../../domain/activity/groups.ts';
import { line } from '../http/forms.ts';
import { beginningOf, dayOf } from './days.ts';
import type { LogFilter, LogPosition } from '../../core/activity/index.ts';

const maxSearchLength = 100;

const id = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  .nullable()
  .catch(null);

// As the browser's own field for dates sends it; a day that the calendar does not have is none.
const day = z
  .string()
  .regex(/^(19[7-9]|[2-9]\d\d)\d-\d\d-\d\d$/)
  .refine((text) => dayOf(beginningOf(text)) === text)
  .nullable()
  .catch(null);

const place = z
  .string()
  .regex(/^\d{1,15}-\d{1,15}$/)
  .transform((text): LogPosition => {
    const [at, number] = text.split('-').map(Number);
    return { at: at ?? 0, place: number ?? 0 };
  })
  .nullable()
  .catch(null);

/** What the log's address may carry. Anything else in it is left out of the question, not answered with an error. */
export const logQuery = z.object({
  person: line(maxSearchLength).catch(''),
  user: id,
  kind: z.enum(activityGroups).nullable().catch(null),
  from: day,
  to: day,
  after: place,
  before: place,
});

export type LogQuery = z.infer<typeof logQuery>;

/** @returns what the log is narrowed to */
export const filterOf = ({ user, kind, from, to }: Pick<LogQuery, 'user' | 'kind' | 'from' | 'to'>): LogFilter => ({
  user,
  group: kind,
  from: from === null ? null : beginningOf(from),
  until: to === null ? null : beginningOf(to, 1),
});
