import { z } from 'zod';
import { sha256 } from '../../platform/database/digest.ts';
import { isSignedBy, signatureOf, signatureSchema, signerSchema } from '../../platform/keys/region-key.ts';
import { MoveFault } from './move-fault.ts';
import { createTableDigests, type Cells, type TableSummary } from './table-digests.ts';

const form = 'parvis tenant 1';

const headerSchema = z.object({
  form: z.literal(form),
  /** Stands in the bundle and nowhere else until it is taken in. */
  move: z.uuid(),
  from: signerSchema,
  to: z.string().max(100),
  /** The last migration of the database that it comes from. */
  schema: z.string().max(200),
  tenant: z.object({
    id: z.string().min(1).max(100),
    name: z.string().max(200),
    domains: z.array(z.string().max(253)).min(1),
    state: z.enum(['active', 'suspended']),
  }),
  passwords: z.enum(['keep', 'reset']),
  /** How many people could get in by a one-time link alone: links stay behind. */
  waitForLink: z.number().int().min(0),
  /** How many users must set up a second factor again; bundles of earlier versions do not say. */
  secondFactors: z.number().int().min(0).optional(),
  /** Epoch ms. */
  at: z.number().int(),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
});

/** What a bundle says of itself in its first line. */
export type BundleHeader = Readonly<z.infer<typeof headerSchema>>;

export const summariesSchema = z.array(
  z.object({ name: z.string(), rows: z.number().int().min(0), digest: z.string().regex(/^[0-9a-f]{64}$/) }),
);
const endSchema = z.object({ end: summariesSchema, signature: signatureSchema });
const cell = z.union([z.string(), z.number(), z.null()]);
const rowSchema = z.tuple([z.string(), z.array(cell)]);

/** A row of a bundle, and of which table it is. */
export interface BundleRow {
  readonly table: string;
  readonly cells: Cells;
}

/** What of a bundle is signed: its first line, and how much of what it holds. */
const signedOf = (firstLine: string, tables: readonly TableSummary[]): unknown => [
  sha256(firstLine),
  tables.map(({ name, rows, digest }) => [name, rows, digest]),
];

/**
 * A bundle in clear, line by line: what it is, its rows, and at the end their digests with the signature.
 * @param privateKey of the region that it names as its origin, as PEM
 * @param done is told what was written, before the last line goes out
 */
export async function* bundleLines(
  header: Omit<BundleHeader, 'form'>,
  rows: AsyncIterable<BundleRow>,
  privateKey: string,
  done: (tables: TableSummary[]) => void,
): AsyncGenerator<string> {
  const first = JSON.stringify({ form, ...header });
  const tally = createTableDigests(header.tables.map(({ name }) => name));
  yield first;
  for await (const { table, cells } of rows) {
    tally.add(table, cells);
    yield JSON.stringify([table, cells]);
  }
  const end = tally.summary();
  done(end);
  yield JSON.stringify({ end, signature: signatureOf(form, header.from, signedOf(first, end), privateKey) });
}

export interface ReadBundle {
  readonly header: BundleHeader;
  /** @returns how much it held, once all of it was read and found to be as it was signed. @throws MoveFault */
  rows(): AsyncGenerator<BundleRow, TableSummary[]>;
}

/** Reads a bundle's first line. @throws MoveFault for what is none */
export async function readBundle(lines: AsyncGenerator<string>): Promise<ReadBundle> {
  const first = String((await lines.next()).value ?? '');
  const { data: header } = headerSchema.safeParse(json(first));
  if (header === undefined) throw new MoveFault('anotherForm');
  return { header, rows: () => rowsOf(first, header, lines) };
}

async function* rowsOf(
  first: string,
  { from, tables }: BundleHeader,
  lines: AsyncGenerator<string>,
): AsyncGenerator<BundleRow, TableSummary[]> {
  const widths = new Map(tables.map(({ name, columns }) => [name, columns.length]));
  const tally = createTableDigests([...widths.keys()]);
  for await (const line of lines) {
    const value = json(line);
    const { data: row } = rowSchema.safeParse(value);
    if (row === undefined) {
      const { data: last } = endSchema.safeParse(value);
      const held = tally.summary();
      const isWhole = last !== undefined && (await lines.next()).done === true;
      if (!isWhole || !isSignedBy(from, form, signedOf(first, held), last.signature)) throw new MoveFault('signature');
      return held;
    }
    const [table, cells] = row;
    if (widths.get(table) !== cells.length) throw new MoveFault('content', table);
    tally.add(table, cells);
    yield { table, cells };
  }
  throw new MoveFault('damaged');
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
