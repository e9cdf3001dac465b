import { z } from 'zod';
import { importModes, outcomes } from '../../domain/imports.ts';
import { wholeNumber } from '../http/forms.ts';

/** What the address of an import's rows may carry. Anything else in it is left out of the question. */
export const rowsQuery = z.object({
  outcome: z.enum(outcomes).nullable().catch(null),
  after: wholeNumber,
  before: wholeNumber,
});

export type RowsQuery = z.infer<typeof rowsQuery>;

export const confirmForm = z.object({ mode: z.enum(importModes).nullable().catch(null) });
