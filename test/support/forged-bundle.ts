import { bundleLines, readBundle, type BundleHeader, type BundleRow } from '../../src/core/moving/bundle.ts';
import { encrypterFor, readEncrypted, writeEncrypted } from '../../src/core/moving/encrypted-file.ts';
import { bundleFile, type MovingRegion } from './moving.ts';

interface Transit {
  readonly from: MovingRegion;
  readonly to: MovingRegion;
  readonly file: string;
}

/** Opens a bundle, to write others as a compromised region could sign them. */
export async function openForgery({ from, to, file }: Transit) {
  const bundle = await readBundle(readEncrypted(file, to.identity));
  const { header } = bundle;
  const rows: BundleRow[] = await Array.fromAsync(bundle.rows());
  const columns = new Map(header.tables.map((table) => [table.name, table.columns]));

  /** Writes a bundle with any header and rows. @returns the path of the file */
  async function forged(
    overrides: Partial<BundleHeader>,
    change: (all: BundleRow[]) => BundleRow[] = (all) => all,
    key = from.parts.signingKey,
  ): Promise<string> {
    const { form: _, ...honest } = header;
    const lines = bundleLines({ ...honest, ...overrides }, asStream(change(rows)), key, () => undefined);
    const path = bundleFile(to);
    await writeEncrypted(await encrypterFor(to.recipient), lines, path);
    return path;
  }

  /** Changes one value in the first row of a table. */
  const where = (table: string, column: string, value: string | number | null) => (all: BundleRow[]) => {
    const first = all.findIndex((row) => row.table === table);
    const at = columns.get(table)?.indexOf(column) ?? -1;
    return all.map((row, index) => (index === first ? { table, cells: row.cells.with(at, value) } : row));
  };

  return { header, columns, forged, where };
}

async function* asStream(all: BundleRow[]): AsyncGenerator<BundleRow> {
  await Promise.resolve();
  yield* all;
}
