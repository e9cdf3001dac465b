import type { Place } from './places.ts';
import type { Recorder } from './recorder.ts';

/** The stores of one region, read with full access, bypassing the portal. */
export interface RegionStores {
  /** The settings with which the processes of the region find its stores. */
  readonly environment: Readonly<Record<string, string>>;
  /** The loopback ports to which processes of the region may connect, each with a description. */
  readonly ports: ReadonlyMap<number, string>;
  /** The files of the database, which may be outside the folder of the region. */
  readonly files: readonly string[];
  /** A description of the stores for the report. */
  readonly described: string;
  /** Identifies the database. If two regions have the same identity, they share a database. */
  readonly identity: string;
  /** @throws CommandError if the database contains tenants or Redis is not empty */
  checkEmpty(): Promise<void>;
  /** The current content of the database and the session store. */
  read(): Promise<Place[]>;
  backup(): Promise<Place[]>;
  /** Writes a string directly to each store. */
  plant(text: string): Promise<void>;
  /** The recorders in front of the stores. */
  readonly recorders: readonly Recorder[];
  readonly mails: () => readonly string[];
  plantMail(text: string): void;
  close(): Promise<void>;
}

/** @returns the text of a row, in which binary values are raw bytes, so that a search finds every encoding */
export function rowText(row: Readonly<Record<string, unknown>>): Buffer {
  const cells = Object.values(row).map((value) =>
    value instanceof Uint8Array
      ? Buffer.from(value)
      : Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')),
  );
  return Buffer.concat(cells.flatMap((cell) => [cell, Buffer.from('\n')]));
}

/** The table of the directory, the only one that may contain the other region's tenant domains. */
export const directoryTable = 'routes';

// The table that records which tenants moved away.
const movesTable = 'moves';

/** Turns a table into one place per column, so that a finding can name the column. */
export function tablePlaces(table: string, rows: readonly Record<string, unknown>[]): Place[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return columns.map((column) => ({
    kind: 'database table',
    name: `table ${table}, column ${column}`,
    content: Buffer.concat(rows.map((row) => rowText({ [column]: row[column] }))),
    items: rows.length,
    mayHoldDomains: table === directoryTable && column === 'domain',
    showsSecrets: false,
    mayHoldMoves: table === movesTable || (table === directoryTable && column === 'domain'),
  }));
}
