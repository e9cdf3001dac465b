import { z } from 'zod';
import { supportLevels } from '../../domain/support.ts';
import { cleanName } from '../../domain/people/user.ts';
import { carriedNumber, line } from '../http/forms.ts';

const maxIdLength = 36;
/** In UTF-16 code units. */
export const maxPurposeLength = 300;

/** @param longestHours the longest access that the rules allow */
export const grantForm = (longestHours: number) =>
  z.object({
    operator: line(maxIdLength).refine((text) => text !== '', 'support:error.unknown'),
    purpose: line(maxPurposeLength)
      .transform(cleanName)
      .refine((text) => text !== '', 'support:error.purpose'),
    // What no form of ours sends reads as the lesser of the two.
    level: z.enum(supportLevels).catch('look'),
    hours: carriedNumber
      .transform((number) => number ?? 0)
      .refine((number) => number >= 1 && number <= longestHours, 'support:error.hours'),
  });
