import type { Place, Placement, RegionRules, UserOperation, LocalizedText } from '../../domain/regions.ts';
import { paths } from '../http/paths.ts';

/** What people look for together. Where all of it is done at one place, it is one row. */
const groups = {
  manage: [
    ...(['users.list', 'users.view', 'users.add', 'users.edit'] as const),
    ...(['users.block', 'users.delete', 'users.restore', 'users.endSessions'] as const),
    ...(['users.removeSecondFactor'] as const),
  ],
  reset: ['users.resetPassword'],
  files: ['users.import', 'users.export'],
} as const satisfies Readonly<Record<string, readonly UserOperation[]>>;

/** A row of the table that says what is done where. */
export interface WhereRow {
  /** Words for it: a key, or what the rules file says in every language. */
  readonly what: string | LocalizedText;
  /** Keys of the words for what is meant in particular. */
  readonly detail: readonly string[];
  readonly at: 'here' | 'elsewhere' | 'alone' | 'nobody' | 'tenantNobody';
  readonly places: readonly Place[];
  /** The page of the portal that does it. */
  readonly href: string | null;
  /** Key of the words for who may. */
  readonly who: string;
}

/** @returns what is done where under these rules, and who may: the operations on users, what everybody does, what the portal does not do */
export function whereRows(rules: RegionRules): WhereRow[] {
  const operations = Object.entries(groups).flatMap(([group, all]) => rowsOf(rules, group, all));
  const related = rules.related.map(({ what, places }): WhereRow => {
    return { what, places, detail: [], at: 'elsewhere', href: null, who: 'rules:who.elsewhere' };
  });
  return [...operations, ...related, ownPassword, log, logExport(rules), support(rules)];
}

function rowsOf(rules: RegionRules, group: string, operations: readonly UserOperation[]): WhereRow[] {
  const byPlace = Map.groupBy(operations, (operation) => JSON.stringify(rules.operations[operation]));
  return [...byPlace.values()].map((some): WhereRow => {
    const [first] = some as [UserOperation];
    const placement = rules.operations[first];
    const at = placement.at === 'nobody' && isOwn(rules, 'usersExport', first) ? 'tenantNobody' : placement.at;
    const detail =
      operations.length === 1 ? [] : some.map((each) => `account-settings:rules.operations.${each.replace('.', '_')}`);
    return {
      what: `rules:what.${group}`,
      detail,
      at,
      places: placesOf(placement),
      href: at === 'here' ? paths.users : null,
      who: at === 'here' ? whoHere(rules, group) : `rules:who.${at}`,
    };
  });
}

const isOwn = ({ tightened }: RegionRules, rule: string, operation: UserOperation): boolean =>
  operation === 'users.export' && tightened?.has(rule) === true;

const placesOf = (placement: Placement): readonly Place[] =>
  placement.at === 'elsewhere' ? [placement, ...(placement.also ?? [])] : [];

const whoHere = ({ administratorsManagedBy }: RegionRules, group: string): string =>
  group === 'files' ? 'rules:who.managers' : `rules:who.${administratorsManagedBy}`;

const ownPassword: WhereRow = {
  what: 'rules:what.ownPassword',
  detail: [],
  at: 'here',
  places: [],
  href: paths.ownPassword,
  who: 'rules:who.alone',
};
const log: WhereRow = {
  what: 'rules:what.log',
  detail: [],
  at: 'here',
  places: [],
  href: paths.activityLog,
  who: 'rules:who.managers',
};

const logExport = (rules: RegionRules): WhereRow =>
  allowedOrNot({ ...log, what: 'rules:what.logExport' }, rules.activityLog.export, rules.tightened?.has('logExport'));

const support = (rules: RegionRules): WhereRow =>
  allowedOrNot(supportHere, rules.supportAccess.grant, rules.tightened?.has('supportAccess'));

const supportHere: WhereRow = {
  what: 'account-settings:rules.label.supportAccess',
  detail: [],
  at: 'here',
  places: [],
  href: paths.supportAccess,
  who: 'account-settings:rules.choice.administratorsManagedBy.globalAdmins',
};

function allowedOrNot(row: WhereRow, rule: 'allowed' | 'forbidden', own: boolean | undefined): WhereRow {
  if (rule === 'allowed') return row;
  const at = own ? 'tenantNobody' : 'nobody';
  return { ...row, at, href: null, who: `rules:who.${at}` };
}
