import type { DisplayText } from '../http/view-models.ts';
import { rowOutcomes, type ImportedUser, type RowOutcome, type PlannedRow } from '../../domain/imports.ts';
import { ruleTextIn } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths, fillPath } from '../http/paths.ts';
import { type CsvColumn, hasDamagedLetters, type Import, importsStore } from '../../core/imports/index.ts';
import { csvHeadings, enumColumns, type EnumColumn } from '../users/csv.ts';
import { faultText, type PageFault } from '../http/page-options.ts';
import type { RowsQuery } from './imports.forms.ts';
import type { Database } from '../../platform/database/database.ts';

const pageSize = 50;

export const importHref = (id: string): string => fillPath(paths.import, { importId: id });

/** Reads one page of an import's rows, with links to the adjacent pages. */
export async function readRowsPage(database: Database, scope: Scope, found: Import, query: RowsQuery) {
  const isBackward = query.after === null && query.before !== null;
  const from = isBackward ? { before: query.before ?? 0 } : { after: query.after ?? 0 };
  const fetched = await importsStore.rows(database, scope, found.id, query.outcome, from, pageSize);
  const hasMore = fetched.length > pageSize;
  const rows = fetched.slice(0, pageSize);
  if (isBackward) rows.reverse();
  const href = (place: Record<string, number>): string => rowsHref(found.id, query.outcome, place);
  const hasPrevious = isBackward ? hasMore : query.after !== null;
  return {
    rows: rows.map((row) => rowModel(row, scope)),
    previous: hasPrevious ? href({ before: rows[0]?.line ?? 0 }) : null,
    next: isBackward || hasMore ? href({ after: rows.at(-1)?.line ?? 0 }) : null,
    filters: rowOutcomes.map((outcome) => ({
      outcome,
      count: found.counts[outcome],
      href: rowsHref(found.id, outcome),
      current: outcome === query.outcome,
    })),
    allRowsHref: query.outcome === null ? null : importHref(found.id),
  };
}

function rowsHref(id: string, outcome: RowOutcome | null, place: Record<string, number> = {}): string {
  const given = new URLSearchParams(outcome ? { outcome } : {});
  for (const [name, line] of Object.entries(place)) given.set(name, String(line));
  const search = given.toString();
  return search === '' ? importHref(id) : `${importHref(id)}?${search}`;
}

export type RowModel = ReturnType<typeof rowModel>;

function rowModel(row: PlannedRow, scope: Scope) {
  const { line, username, displayName, outcome } = row;
  return {
    line,
    username,
    displayName,
    outcome,
    isDamaged: hasDamagedLetters(row),
    changes: row.outcome === 'changed' ? row.changes.map(changeModel) : [],
    facts: row.outcome === 'added' ? factsOf(row.user) : [],
    faults: row.outcome === 'refused' ? row.faults.map((fault) => faultModel(fault, scope)) : [],
  };
}

const changeModel = ({ field, from, to: next }: { field: CsvColumn; from: string | null; to: string | null }) => ({
  label: csvHeadings[field],
  from: displayValue(field, from),
  to: displayValue(field, next),
});

// The details of an added user omit default values.
function factsOf({ administratorLevel, agentLevel, language }: ImportedUser) {
  const facts: [CsvColumn, string | null][] = [
    ['administratorLevel', administratorLevel === 'none' ? null : administratorLevel],
    ['agentLevel', agentLevel === 'none' ? null : agentLevel],
    ['language', language],
  ];
  return facts
    .filter(([, value]) => value !== null)
    .map(([field, value]) => ({ label: csvHeadings[field], value: displayValue(field, value) }));
}

const isEnumColumn = (field: CsvColumn): field is EnumColumn => field in enumColumns;

function displayValue(field: CsvColumn, value: string | null): DisplayText {
  if (isEnumColumn(field)) return enumColumns[field](value ?? 'tenant');
  return value === null || value === '' ? { key: 'imports:nothing' } : { text: value };
}

/**
 * Builds the model of a row's fault. The messages for policy reasons may name the region. Rows stored by the previous
 * release contain a locale key instead of a code.
 */
export function faultModel(fault: PageFault, { rules, language }: Pick<Scope, 'rules' | 'language'>) {
  const { key, values } = faultText(fault);
  const region = ruleTextIn(rules.name, language, rules);
  return { label: csvHeadings[fault.field as CsvColumn], key, values: { region, ...values } };
}
