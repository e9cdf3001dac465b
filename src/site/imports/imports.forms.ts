import { z } from 'zod';
import { importModes, rowOutcomes } from '../../domain/imports.ts';
import { wholeNumber } from '../http/forms.ts';

/** The query parameters of the list of rows. Invalid values are ignored. */
export const rowsQuery = z.object({
  outcome: z.enum(rowOutcomes).nullable().catch(null),
  after: wholeNumber,
  before: wholeNumber,
});

export type RowsQuery = z.infer<typeof rowsQuery>;

const maxColumns = 1_000;
const position = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number);

/** `leaveOut` holds the positions of the columns that the user agrees to leave out, one per selected checkbox. */
export const confirmForm = z.object({
  mode: z.enum(importModes).nullable().catch(null),
  leaveOut: z.union([position.transform((one) => [one]), z.array(position).max(maxColumns)]).catch([]),
});
