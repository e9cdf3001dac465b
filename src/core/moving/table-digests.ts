import { createHash } from 'node:crypto';

/** One row as it travels: its values in the order of its table's columns. */
export type Cells = readonly (string | number | null)[];

/** How many rows of a table there are, and the digest of them all in their order. */
export interface TableSummary {
  readonly name: string;
  readonly rows: number;
  /** SHA-256, lower-case hexadecimal. */
  readonly digest: string;
}

/** Counts and digests rows as they pass. */
export function createTableDigests(names: readonly string[]) {
  const tables = new Map(names.map((name) => [name, { rows: 0, hash: createHash('sha256') }]));
  return {
    add: (name: string, cells: Cells): void => {
      const table = tables.get(name);
      if (table === undefined) throw new Error(`Nobody counts the rows of ${name}`);
      table.rows++;
      table.hash.update(`${JSON.stringify(cells)}\n`);
    },
    /** Ends it. */
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
