import { createHash } from 'node:crypto';

/** A row of a bundle: its values in the order of the table's columns. */
export type Cells = readonly (string | number | null)[];

/** The number of rows of a table, and the digest of the rows in order. */
export interface TableSummary {
  readonly name: string;
  readonly rows: number;
  /** SHA-256, lower-case hexadecimal. */
  readonly digest: string;
}

/** Counts and hashes the rows of tables incrementally. */
export function createTableDigests(names: readonly string[]) {
  const tables = new Map(names.map((name) => [name, { rows: 0, hash: createHash('sha256') }]));
  return {
    add: (name: string, cells: Cells): void => {
      const table = tables.get(name);
      if (table === undefined) throw new Error(`Unknown table: ${name}`);
      table.rows++;
      table.hash.update(`${JSON.stringify(cells)}\n`);
    },
    /** Finishes the digests. Can be called only once. */
    summary: (): TableSummary[] =>
      [...tables].map(([name, { rows, hash }]) => ({ name, rows, digest: hash.digest('hex') })),
  };
}

/** @returns the name of the first table in which two summaries differ, or null */
export function findDifference(one: readonly TableSummary[], other: readonly TableSummary[]): string | null {
  if (one.length !== other.length) return 'tables';
  const differing = one.find(({ name, rows, digest }, index) => {
    const there = other[index];
    return there?.name !== name || there.rows !== rows || there.digest !== digest;
  });
  return differing?.name ?? null;
}
