import { z } from 'zod';
import { sha256 } from '../../platform/database/digest.ts';
import { isSignedBy, signatureOf, signatureSchema, signerSchema } from '../../platform/keys/region-key.ts';
import { regionId } from '../../domain/regions.ts';
import { domainSchema, parseJson, tenantNameSchema } from './bundle-row-schemas.ts';
import { MoveFault } from './move-fault.ts';
import { createTableDigests, type Cells, type TableSummary } from './table-digests.ts';

const form = 'parvis tenant 1';

const headerSchema = z.object({
  form: z.literal(form),
  /** The ID of the move. The receipt repeats it, which proves that the destination has decrypted the bundle. */
  move: z.uuid(),
  from: signerSchema,
  to: z.string().regex(regionId).max(100),
  /** The last migration of the source database. */
  schema: z.string().regex(/^[a-z0-9_.]{1,200}$/),
  tenant: z.object({
    id: z.uuid(),
    name: tenantNameSchema,
    domains: z.array(domainSchema).min(1).max(1_000),
    state: z.enum(['active', 'suspended']),
  }),
  passwords: z.enum(['keep', 'reset']),
  /** The number of users who can only sign in with a one-time link. Links are not moved. */
  waitForLink: z.number().int().min(0),
  /** The number of users who must set up a second factor again. Missing in bundles written by earlier versions. */
  secondFactors: z.number().int().min(0).optional(),
  /** Epoch ms. */
  at: z.number().int(),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
});

/** The header of a bundle, its first line. */
export type BundleHeader = Readonly<z.infer<typeof headerSchema>>;

export const summariesSchema = z.array(
  z.object({ name: z.string(), rows: z.number().int().min(0), digest: z.string().regex(/^[0-9a-f]{64}$/) }),
);
const endSchema = z.object({ end: summariesSchema, signature: signatureSchema });
const cell = z.union([z.string(), z.number(), z.null()]);
const rowSchema = z.tuple([z.string(), z.array(cell)]);

/** A row of a bundle, with the name of its table. */
export interface BundleRow {
  readonly table: string;
  readonly cells: Cells;
}

/** The signed content of a bundle: its first line, and the number of rows and the digest of each table. */
const signedOf = (firstLine: string, tables: readonly TableSummary[]): unknown => [
  sha256(firstLine),
  tables.map(({ name, rows, digest }) => [name, rows, digest]),
];

/**
 * Generates the lines of a bundle before encryption: the header, the rows, and finally their digests with the
 * signature.
 * @param privateKey the key of the source region, as PEM
 * @param done a function that receives the summary of the rows before the last line is generated
 */
export async function* bundleLines(
  header: Omit<BundleHeader, 'form'>,
  rows: AsyncIterable<BundleRow>,
  privateKey: string,
  done: (tables: TableSummary[]) => void,
): AsyncGenerator<string> {
  const first = JSON.stringify({ form, ...header });
  const digests = createTableDigests(header.tables.map(({ name }) => name));
  yield first;
  for await (const { table, cells } of rows) {
    digests.add(table, cells);
    yield JSON.stringify([table, cells]);
  }
  const end = digests.summary();
  done(end);
  yield JSON.stringify({ end, signature: signatureOf(form, header.from, signedOf(first, end), privateKey) });
}

export interface ReadBundle {
  readonly header: BundleHeader;
  /**
   * @returns the rows. After the last row, verifies the signature and returns the summary.
   * @throws MoveFault
   */
  rows(): AsyncGenerator<BundleRow, TableSummary[]>;
}

/**
 * Reads the header of a bundle.
 * @throws MoveFault if it is not valid
 */
export async function readBundle(lines: AsyncGenerator<string>): Promise<ReadBundle> {
  const first = String((await lines.next()).value ?? '');
  const { data: header, error } = headerSchema.safeParse(parseJson(first));
  if (error !== undefined) {
    const field = error.issues[0]?.path.join('.') ?? '';
    throw field === '' || field === 'form'
      ? new MoveFault('anotherForm')
      : new MoveFault('content', `header: ${field}`);
  }
  return { header, rows: () => rowsOf(first, header, lines) };
}

async function* rowsOf(
  first: string,
  { from, tables }: BundleHeader,
  lines: AsyncGenerator<string>,
): AsyncGenerator<BundleRow, TableSummary[]> {
  const widths = new Map(tables.map(({ name, columns }) => [name, columns.length]));
  const digests = createTableDigests([...widths.keys()]);
  for await (const line of lines) {
    const value = parseJson(line);
    const { data: row } = rowSchema.safeParse(value);
    if (row === undefined) {
      const { data: last } = endSchema.safeParse(value);
      const summary = digests.summary();
      const isWhole = last !== undefined && (await lines.next()).done === true;
      if (!isWhole || !isSignedBy(from, form, signedOf(first, summary), last.signature))
        throw new MoveFault('signature');
      return summary;
    }
    const [table, cells] = row;
    if (widths.get(table) !== cells.length) throw new MoveFault('content', table);
    digests.add(table, cells);
    yield { table, cells };
  }
  throw new MoveFault('damaged');
}
