import type { MoveOrder, RowCounts, TableSummary, MovedIn } from '../core/moving/index.ts';

export const tableLines = (tables: readonly TableSummary[]): string[] =>
  tables.map(({ name, rows, digest }) => `  ${name}  ${rows}  sha256 ${digest}`);

export const passwordLines = (passwords: MovedIn['passwords']): string[] => [
  ...passwords.map(({ username, temporaryPassword }) => `${username}  ${temporaryPassword}`),
  ...(passwords.length > 0
    ? ['Temporary passwords of the Global admins (shown only once). They must reset the passwords of all other users.']
    : []),
];

export const receiptLine = (file: string | undefined, region: string, tenantId: string): string =>
  file === undefined
    ? `To print the receipt for the operator of ${region}: npx parvis tenant receipt ${tenantId}`
    : `Receipt for the operator of ${region} written to ${file}.`;

const unmovedLabels: Readonly<Record<string, string>> = {
  credentials: 'authenticator apps and recovery codes',
  user_sessions: 'sessions, which end',
  approvals: 'approval requests, of which open ones expire',
  one_time_links: 'one-time links',
  support_grants: 'support grants, of which those in force end',
  deliveries: 'unsent emails',
  imports: 'imports that were not applied',
  import_rows: 'rows of these imports',
};

/** @returns one line with the counts of everything that does not move */
export const notMovedLine = (notMoved: RowCounts): string => {
  const counts = Object.entries(notMoved).map(([table, count]) => `${unmovedLabels[table] ?? table}: ${count}`);
  return `These do not move, and are deleted here with the tenant: ${counts.join('; ')}.`;
};

/**
 * Returns the lines about one-time links that have not been used. With `reset`, returns no lines, because all users
 * receive new passwords.
 */
export const linkLines = (passwords: MoveOrder['passwords'], waitForLink: number): string[] =>
  passwords === 'reset' || waitForLink === 0
    ? []
    : [
        `Users with an unused one-time link, which does not move: ${waitForLink}. They need new sign-in details in the new region.`,
      ];

export const secondFactorLines = (secondFactors: number | null): string[] =>
  secondFactors === null || secondFactors === 0
    ? []
    : [`Users whose second factor does not move: ${secondFactors}. They must set up a new one at their next sign-in.`];

export const languageLines = ({ company, users }: MovedIn['relanguaged'], language: string): string[] => [
  ...(company ? [`This region does not offer the organization’s language; it was changed to ${language}.`] : []),
  ...(users > 0
    ? [`Users whose language this region does not offer, and who now use the organization’s language: ${users}`]
    : []),
];

export const ruleLines = (adapted: MovedIn['adaptedRules']): string[] =>
  adapted.length === 0
    ? []
    : [
        `Rules of the tenant that were changed or removed, because the rules of this region apply: ${adapted.join(', ')}`,
      ];
