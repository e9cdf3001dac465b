import type { Place } from './places.ts';
import type { Recorder } from './recorder.ts';

/** The stores of one region, from the outside: as somebody reads them who has everything. */
export interface RegionStores {
  /** What tells the region's processes where its stores are. */
  readonly environment: Readonly<Record<string, string>>;
  /** What a process of the region may connect to: a port of the loopback address, and what is there. */
  readonly ports: ReadonlyMap<number, string>;
  /** Files of the database outside the region's own folder. */
  readonly files: readonly string[];
  /** In words, for the report. */
  readonly described: string;
  /** Names the database: two regions with the same name share it. */
  readonly identity: string;
  /** Fails where the database is not empty. */
  checkEmpty(): Promise<void>;
  /** Everything in database and session store now. */
  read(): Promise<Place[]>;
  backup(): Promise<Place[]>;
  /** Puts a text into each store by hand. */
  plant(text: string): Promise<void>;
  /** What went over the lines to the stores, and who came. */
  readonly recorders: readonly Recorder[];
  readonly mails: () => readonly string[];
  plantMail(text: string): void;
  close(): Promise<void>;
}

/** @returns a row as a text: bytes as bytes, so that a search finds them in every encoding */
export function rowText(row: Readonly<Record<string, unknown>>): Buffer {
  const cells = Object.values(row).map((value) =>
    value instanceof Uint8Array
      ? Buffer.from(value)
      : Buffer.from(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')),
  );
  return Buffer.concat(cells.flatMap((cell) => [cell, Buffer.from('\n')]));
}

/** The tables that hold the directory: the other region's tenant domains may be in them and in no other. */
export const directoryTable = 'routes';

// What stays of a tenant that moved away.
const movesTable = 'moves';

/** A table as places: one for each column, so that a finding can name it. */
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
