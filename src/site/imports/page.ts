import type { Shown } from '../http/view-models.ts';
import { rowOutcomes, type ImportedUser, type RowOutcome, type PlannedRow } from '../../domain/imports.ts';
import { ruleTextIn } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths, to } from '../http/paths.ts';
import { type CsvColumn, type Import, importsStore } from '../../core/imports/index.ts';
import { csvHeadings, wordedColumns, type WordedColumn } from '../users/csv.ts';
import { textOfFault, type PageFault } from '../http/page-options.ts';
import type { RowsQuery } from './imports.forms.ts';
import type { Database } from '../../platform/database/database.ts';

const pageSize = 50;

export const importPath = (id: string): string => to(paths.import, { importId: id });

/** One page of the rows of an import, with the addresses of the pages around it. */
export async function pageOfRows(database: Database, scope: Scope, found: Import, query: RowsQuery) {
  const backwards = query.after === null && query.before !== null;
  const from = backwards ? { before: query.before ?? 0 } : { after: query.after ?? 0 };
  const fetched = await importsStore.rows(database, scope, found.id, query.outcome, from, pageSize);
  const further = fetched.length > pageSize;
  const rows = fetched.slice(0, pageSize);
  if (backwards) rows.reverse();
  const href = (place: Record<string, number>): string => rowsHref(found.id, query.outcome, place);
  const hasPrevious = backwards ? further : query.after !== null;
  return {
    rows: rows.map((row) => shown(row, scope)),
    previous: hasPrevious ? href({ before: rows[0]?.line ?? 0 }) : null,
    next: backwards || further ? href({ after: rows.at(-1)?.line ?? 0 }) : null,
    filters: rowOutcomes.map((outcome) => ({
      outcome,
      count: found.counts[outcome],
      href: rowsHref(found.id, outcome),
      current: outcome === query.outcome,
    })),
    everyHref: query.outcome === null ? null : importPath(found.id),
  };
}

function rowsHref(id: string, outcome: RowOutcome | null, place: Record<string, number> = {}): string {
  const given = new URLSearchParams(outcome ? { outcome } : {});
  for (const [name, line] of Object.entries(place)) given.set(name, String(line));
  const search = given.toString();
  return search === '' ? importPath(id) : `${importPath(id)}?${search}`;
}

export type ShownRow = ReturnType<typeof shown>;

function shown(row: PlannedRow, scope: Scope) {
  const { line, username, displayName, outcome } = row;
  return {
    line,
    username,
    displayName,
    outcome,
    changes: row.outcome === 'changed' ? row.changes.map(shownChange) : [],
    facts: row.outcome === 'added' ? factsOf(row.user) : [],
    faults: row.outcome === 'refused' ? row.faults.map((fault) => shownFault(fault, scope)) : [],
  };
}

const shownChange = ({ field, from, to: next }: { field: CsvColumn; from: string | null; to: string | null }) => ({
  label: csvHeadings[field],
  from: shownValue(field, from),
  to: shownValue(field, next),
});

// What everybody has who is added goes without saying.
function factsOf({ administratorLevel, agentLevel, language }: ImportedUser) {
  const facts: [CsvColumn, string | null][] = [
    ['administratorLevel', administratorLevel === 'none' ? null : administratorLevel],
    ['agentLevel', agentLevel === 'none' ? null : agentLevel],
    ['language', language],
  ];
  return facts
    .filter(([, value]) => value !== null)
    .map(([field, value]) => ({ label: csvHeadings[field], value: shownValue(field, value) }));
}

const isWorded = (field: CsvColumn): field is WordedColumn => field in wordedColumns;

function shownValue(field: CsvColumn, value: string | null): Shown {
  if (isWorded(field)) return wordedColumns[field](value ?? 'tenant');
  return value === null || value === '' ? { key: 'imports:nothing' } : { text: value };
}

// The policy's reasons may name the region. Rows that the release before this one stored, for a day, name their text.
function shownFault(fault: PageFault, { rules, language }: Scope) {
  const { key, values } = textOfFault(fault);
  const region = ruleTextIn(rules.name, language, rules);
  return { label: csvHeadings[fault.field as CsvColumn], key, values: { region, ...values } };
}
