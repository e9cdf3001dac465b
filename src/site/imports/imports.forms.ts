import { z } from 'zod';
import { importModes, rowOutcomes } from '../../domain/imports.ts';
import { carriedNumber } from '../http/forms.ts';

/** What the address of an import's rows may carry. Anything else in it is left out of the question. */
export const rowsQuery = z.object({
  outcome: z.enum(rowOutcomes).nullable().catch(null),
  after: carriedNumber,
  before: carriedNumber,
});

export type RowsQuery = z.infer<typeof rowsQuery>;

export const confirmForm = z.object({ mode: z.enum(importModes).nullable().catch(null) });
