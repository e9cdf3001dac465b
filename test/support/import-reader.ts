import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noNotes, type ImportNotes, type PlannedRow } from '../../src/domain/imports.ts';
import { readAndPlan } from '../../src/core/imports/read-and-plan.ts';
import { createUsersCsv } from '../../src/site/users/csv.ts';
import { aTenant, aUser } from './builders.ts';
import { scopeOf } from './imports.ts';
import { openPortal } from './portal.ts';
import { translator } from './translator.ts';

/** The bytes of a text in which each character is one byte. */
export const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

export type FileCase = readonly [
  name: string,
  file: string | Buffer,
  rows: readonly string[],
  notes?: Partial<ImportNotes>,
];

interface FileRead {
  /** Each row as `line|outcome|user name|display name|details`, where a final `@` is short for `@essai.example`. */
  readonly rows: string[];
  readonly notes: ImportNotes;
}

/**
 * Creates functions that read and plan files for a tenant with the domain essai.example and the users Łukasz Wiśniewski
 * and Siobhán Byrne.
 */
export async function importReader() {
  const portal = await openPortal();
  const tenant = await aTenant(portal, { domain: 'essai.example', language: 'en' });
  const admin = await aUser(portal, tenant, { administratorLevel: 'global' });
  await aUser(portal, tenant, { username: 'lukasz@essai.example', displayName: 'Łukasz Wiśniewski' });
  await aUser(portal, tenant, { username: 'siobhan@essai.example', displayName: 'Siobhán Byrne' });
  const csv = createUsersCsv(translator, () => portal.clock.now);
  const read = async (file: Buffer): Promise<FileRead> => {
    const rows: PlannedRow[] = [];
    const add = (planned: readonly PlannedRow[]): Promise<void> => Promise.resolve(void rows.push(...planned));
    const context = { nameOrder: 'givenFirst', now: portal.clock.now } as const;
    const scope = scopeOf(tenant, admin);
    const { notes } = await readAndPlan({ database: portal.database, csv }, scope, context, file, add);
    return { rows: rows.map(summaryOf), notes };
  };
  return { read, testCases: (what: string, cases: readonly FileCase[]) => testCases(read, what, cases) };
}

function testCases(read: (file: Buffer) => Promise<FileRead>, what: string, cases: readonly FileCase[]): void {
  describe(what, () => {
    for (const [name, file, rows, notes = {}] of cases) {
      it(name, async () => {
        const result = await read(Buffer.from(file as string));
        assert.deepEqual(result.rows, rows);
        assert.deepEqual(result.notes, Object.assign({}, noNotes, notes));
      });
    }
  });
}

const summaryOf = (row: PlannedRow): string =>
  [row.line, row.outcome, row.username.replace('@essai.example', '@'), row.displayName, detailsOf(row)].join('|');

/** The language and the level of an added user, the changes of a changed user, or the fault codes of a refused row. */
function detailsOf(row: PlannedRow): string {
  if (row.outcome === 'added') {
    const { language, administratorLevel } = row.user;
    return [language, administratorLevel === 'none' ? null : administratorLevel].filter((each) => each !== null).join();
  }
  if (row.outcome === 'changed') return row.changes.map(({ field, to }) => `${field}=${to}`).join();
  return row.outcome === 'refused' ? row.faults.map(({ code }) => code).join() : '';
}
