import { z } from 'zod';
import { chainStart, type ChainAnchor, type FoundEntry } from '../../domain/activity/chain.ts';
import type { Scope } from '../../domain/scope.ts';
import type { LogFilter } from './log-query.ts';

/*
 * An export in JSON Lines: a `begin` line, one line per entry, and an `end` line. Data and personal data are exported
 * exactly as recorded, because the hashes are computed from the recorded text.
 */
const version = 1;

/**
 * The first line. If the filter is null, the file contains the whole log. Only then can missing entries be detected.
 */
export const beginSchema = z.strictObject({
  begin: z.strictObject({
    format: z.literal('parvis-activity'),
    version: z.literal(version),
    tenantId: z.string(),
    region: z.string(),
    /** Epoch ms. */
    exportedAt: z.number(),
    /** The last entry that was deleted by retention. The exported entries continue the chain from it. */
    anchor: z.strictObject({ place: z.int().nonnegative(), hash: z.string() }).default(chainStart),
    filter: z
      .strictObject({
        user: z.string().nullable(),
        group: z.string().nullable(),
        from: z.number().nullable(),
        until: z.number().nullable(),
      })
      .nullable(),
  }),
});

/**
 * An entry of an unfiltered export. Unknown fields are rejected: the hash does not cover them, so they could be forged.
 */
export const entrySchema = z.strictObject({
  place: z.int(),
  at: z.int(),
  kind: z.string(),
  data: z.string(),
  actorId: z.string().nullable(),
  targetId: z.string().nullable(),
  requestId: z.string(),
  personal: z.string().nullable(),
  personalSalt: z.string().nullable(),
  personalDigest: z.string(),
  hash: z.string(),
});

/** An entry of a filtered export, with the hash of the preceding entry, which is not necessarily part of the export. */
export const filteredEntrySchema = entrySchema.extend({ previousHash: z.string() });

/** The last line of an unfiltered export: the end of the chain. */
export const endSchema = z.strictObject({ end: z.strictObject({ length: z.int(), hash: z.string() }) });
/** The last line of a filtered export. */
export const filteredEndSchema = z.strictObject({ end: z.strictObject({ entries: z.int() }) });

const line = (value: object): string => `${JSON.stringify(value)}\n`;

/**
 * @param filter the filter of the export; null for the whole log
 * @param exportedAt the time of the export, epoch ms
 * @returns the first line of the file
 */
export function beginLine(
  { tenant, rules }: Scope,
  filter: LogFilter | null,
  anchor: ChainAnchor,
  exportedAt: number,
): string {
  const begin = { format: 'parvis-activity', version, tenantId: tenant.id, region: rules.region } as const;
  return line({ begin: { ...begin, exportedAt, anchor, filter } } satisfies z.infer<typeof beginSchema>);
}

export const entryLine = ({ tenantId: _tenantId, ...entry }: FoundEntry): string =>
  line(entry satisfies z.infer<typeof entrySchema>);

export const filteredEntryLine = ({ tenantId: _tenantId, ...entry }: FoundEntry, previousHash: string): string =>
  line({ ...entry, previousHash } satisfies z.infer<typeof filteredEntrySchema>);

export const endLine = (length: number, hash: string): string =>
  line({ end: { length, hash } } satisfies z.infer<typeof endSchema>);

export const filteredEndLine = (entries: number): string =>
  line({ end: { entries } } satisfies z.infer<typeof filteredEndSchema>);
