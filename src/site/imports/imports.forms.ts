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

export const confirmForm = z.object({ mode: z.enum(importModes).nullable().catch(null) });
