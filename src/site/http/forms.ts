import { z } from 'zod';
import type { FormFault } from './page-options.ts';

/** One line of text; a field that was sent twice, or not at all, reads as empty. */
export const singleLine = (longest: number) =>
  z
    .string()
    .catch('')
    .transform((text) => text.trim())
    .refine((text) => text.length <= longest, 'errors:field.tooLong');

/** A password exactly as it was typed: spaces count. */
export const verbatimText = z.string().catch('');

/** A whole number that a form of ours carried along, or null when somebody took it out. */
export const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
  .nullable()
  .catch(null);

/**
 * Reads a form by its schema. Messages of the schema are locale keys.
 * @returns the values, or one fault per field in the order of the form
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
