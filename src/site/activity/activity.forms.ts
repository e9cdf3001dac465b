import { z } from 'zod';
import { activityGroups } from '../../domain/activity/groups.ts';
import { givenParameters, type QueryFault } from '../http/download-filters.ts';
import { singleLine } from '../http/forms.ts';
import { startOfDay, localDateOf } from './local-dates.ts';
import type { LogFilter, LogPosition } from '../../core/activity/index.ts';

const maxSearchLength = 100;

const id = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  .nullable()
  .catch(null);

// Dates use the format of `<input type="date">`. A nonexistent date is treated as missing.
const day = z
  .string()
  .regex(/^(19[7-9]|[2-9]\d\d)\d-\d\d-\d\d$/)
  .refine((text) => localDateOf(startOfDay(text)) === text)
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

/** The query parameters of the log. Invalid values are ignored instead of causing an error. */
export const logQuery = z.object({
  person: singleLine(maxSearchLength).catch(''),
  user: id,
  kind: z.enum(activityGroups).nullable().catch(null),
  from: day,
  to: day,
  after: place,
  before: place,
});

export type LogQuery = z.infer<typeof logQuery>;

const filters: readonly string[] = ['user', 'kind', 'from', 'to'] satisfies (keyof LogQuery)[];

/** Rejects exports with a filter that would be ignored, or with a period that contains no day. */
export const logExportFault: QueryFault = (query) => {
  const given = givenParameters(query);
  if (!given.every((name) => filters.includes(name))) return 'errors:filter.unknown';
  const { user, kind, from, to } = logQuery.parse(query);
  const isIgnored = (name: string, value: string | null): boolean => given.includes(name) && value === null;
  if (isIgnored('from', from) || isIgnored('to', to)) return 'errors:filter.date';
  if (isIgnored('user', user) || isIgnored('kind', kind)) return 'errors:filter.value';
  return from !== null && to !== null && from > to ? 'errors:filter.order' : null;
};

/** @returns the log filter that corresponds to the query parameters */
export const filterOf = ({ user, kind, from, to }: Pick<LogQuery, 'user' | 'kind' | 'from' | 'to'>): LogFilter => ({
  user,
  group: kind,
  from: from === null ? null : startOfDay(from),
  until: to === null ? null : startOfDay(to, 1),
});
