import { z } from 'zod';
import { isLongerThan } from '../../domain/people/visible-text.ts';
import type { FormFault } from './page-options.ts';

/**
 * A single line of text, trimmed. A missing or repeated field is treated as empty.
 * @param maxLength the maximum length in Unicode code points
 */
export const singleLine = (maxLength: number) =>
  z
    .string()
    .catch('')
    .transform((text) => text.trim())
    .refine((text) => !isLongerThan(text, maxLength), 'errors:field.tooLong');

/** A password or code exactly as typed, including spaces. */
export const verbatimText = z.string().catch('');

/** A whole number of up to nine digits; null if the field is missing or malformed. */
export const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
  .nullable()
  .catch(null);

/**
 * Validates a form against its schema, whose messages are locale keys.
 * @returns the values, or one fault per field in form order
 */
export function readForm<T>(
  schema: z.ZodType<T>,
  body: unknown,
):
  | { readonly values: T; readonly faults: readonly [] }
  | { readonly values: null; readonly faults: readonly FormFault[] } {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return { values: parsed.data, faults: [] };
  const faults = parsed.error.issues.map((issue) => ({ field: String(issue.path[0] ?? ''), key: issue.message }));
  return {
    values: null,
    faults: faults.filter(({ field }, index) => faults.findIndex((each) => each.field === field) === index),
  };
}
