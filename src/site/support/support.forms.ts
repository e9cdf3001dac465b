import { z } from 'zod';
import { cleanName } from '../../domain/people/user.ts';
import { maxPurposeLength, supportLevels } from '../../domain/support.ts';
import { wholeNumber, singleLine } from '../http/forms.ts';
import type { SupportPage } from './support.views.ts';

/** The fields of the form as they were submitted. */
export type Typed = Readonly<Partial<Record<'operator' | 'purpose' | 'level' | 'hours', unknown>>>;

/** @returns the submitted values in full, which the form shows again after an error */
export function typedTexts({ operator, purpose, level, hours }: Typed): SupportPage['typed'] {
  const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
  return { operator: textOf(operator), purpose: textOf(purpose), level: textOf(level), hours: textOf(hours) };
}

const maxIdLength = 36;
/** @param longestHours the maximum duration of access that the rules allow, in hours */
export const grantForm = (longestHours: number) =>
  z.object({
    operator: singleLine(maxIdLength).refine((text) => text !== '', 'support:error.unknown'),
    purpose: singleLine(maxPurposeLength)
      .transform(cleanName)
      .refine((text) => text !== '', 'support:error.purpose'),
    // An unknown level is replaced with the lower level.
    level: z.enum(supportLevels).catch('look'),
    hours: wholeNumber
      .transform((number) => number ?? 0)
      .refine((number) => number >= 1 && number <= longestHours, 'support:error.hours'),
  });
