import type { Place, Placement, RegionRules, UserOperation, LocalizedText } from '../../domain/regions.ts';
import { paths } from '../http/paths.ts';

/** Groups of related operations. Operations that are performed in the same place share a row. */
const groups = {
  manage: [
    ...(['users.list', 'users.view', 'users.add', 'users.edit'] as const),
    ...(['users.block', 'users.delete', 'users.restore', 'users.endSessions'] as const),
    ...(['users.removeSecondFactor'] as const),
  ],
  reset: ['users.resetPassword'],
  files: ['users.import', 'users.export'],
} as const satisfies Readonly<Record<string, readonly UserOperation[]>>;

/** A row of the table of responsibilities: an operation, its place, and the people who perform it. */
export interface ResponsibilityRow {
  /** The name of the operation, as a locale key or as translations from the rules file. */
  readonly what: string | LocalizedText;
  /** The locale keys of the individual operations if the row does not cover its whole group. */
  readonly detail: readonly string[];
  readonly at: 'here' | 'elsewhere' | 'alone' | 'nobody' | 'tenantNobody';
  readonly places: readonly Place[];
  /** The page of this portal where the operation is performed; null if there is none. */
  readonly href: string | null;
  /** The locale key that describes who may perform the operation. */
  readonly who: string;
}

/** @returns the rows for operations on users, functions outside the portal, and the portal's other functions */
export function responsibilityRows(rules: RegionRules): ResponsibilityRow[] {
  const operations = Object.entries(groups).flatMap(([group, all]) => rowsOf(rules, group, all));
  const related = rules.related.map(({ what, places }): ResponsibilityRow => {
    return { what, places, detail: [], at: 'elsewhere', href: null, who: 'rules:who.elsewhere' };
  });
  return [...operations, ...related, ownPasswordRow, activityLogRow, logExportRow(rules), supportRow(rules)];
}

function rowsOf(rules: RegionRules, group: string, operations: readonly UserOperation[]): ResponsibilityRow[] {
  const byPlace = Map.groupBy(operations, (operation) => JSON.stringify(rules.operations[operation]));
  return [...byPlace.values()].map((some): ResponsibilityRow => {
    const [first] = some as [UserOperation];
    const placement = rules.operations[first];
    const at =
      placement.at === 'nobody' && isForbiddenByTenant(rules, 'usersExport', first) ? 'tenantNobody' : placement.at;
    const detail =
      operations.length === 1 ? [] : some.map((each) => `account-settings:rules.operations.${each.replace('.', '_')}`);
    return {
      what: `rules:what.${group}`,
      detail,
      at,
      places: placesOf(placement),
      href: at === 'here' ? paths.users : null,
      who: at === 'here' ? responsibleHere(rules, group) : `rules:who.${at}`,
    };
  });
}

const isForbiddenByTenant = ({ tightened }: RegionRules, rule: string, operation: UserOperation): boolean =>
  operation === 'users.export' && tightened?.has(rule) === true;

const placesOf = (placement: Placement): readonly Place[] =>
  placement.at === 'elsewhere' ? [placement, ...(placement.also ?? [])] : [];

const responsibleHere = ({ administratorsManagedBy }: RegionRules, group: string): string =>
  group === 'files' ? 'rules:who.managers' : `rules:who.${administratorsManagedBy}`;

const ownPasswordRow: ResponsibilityRow = {
  what: 'rules:what.ownPassword',
  detail: [],
  at: 'here',
  places: [],
  href: paths.ownPassword,
  who: 'rules:who.alone',
};
const activityLogRow: ResponsibilityRow = {
  what: 'rules:what.log',
  detail: [],
  at: 'here',
  places: [],
  href: paths.activityLog,
  who: 'rules:who.managers',
};

const logExportRow = (rules: RegionRules): ResponsibilityRow =>
  rowFor(
    { ...activityLogRow, what: 'rules:what.logExport' },
    rules.activityLog.export,
    rules.tightened?.has('logExport'),
  );

const supportRow = (rules: RegionRules): ResponsibilityRow =>
  rowFor(allowedSupportRow, rules.supportAccess.grant, rules.tightened?.has('supportAccess'));

const allowedSupportRow: ResponsibilityRow = {
  what: 'account-settings:rules.label.supportAccess',
  detail: [],
  at: 'here',
  places: [],
  href: paths.supportAccess,
  who: 'account-settings:rules.choice.administratorsManagedBy.globalAdmins',
};

function rowFor(row: ResponsibilityRow, rule: 'allowed' | 'forbidden', own: boolean | undefined): ResponsibilityRow {
  if (rule === 'allowed') return row;
  const at = own ? 'tenantNobody' : 'nobody';
  return { ...row, at, href: null, who: `rules:who.${at}` };
}
