import type { Language } from '../../domain/regions.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import { foldName, statusOf, type User } from '../../domain/people/user.ts';
import { csvColumns, type CsvColumn } from '../../core/imports/index.ts';
import { bind } from '../../platform/bind.ts';
import type { Translator } from '../../i18n/translator.ts';
import type { Scope } from '../../domain/scope.ts';
import { allUsers } from '../../core/accounts/index.ts';
import type { CsvFile } from '../http/csv.ts';
import { displayText } from '../http/page.ts';
import type { DisplayText } from '../http/view-models.ts';
import type { Database } from '../../platform/database/database.ts';

const readOnlyColumns: readonly CsvColumn[] = ['status', 'lastSignIn'];

/** The locale key of each column heading. */
export const csvHeadings: Readonly<Record<CsvColumn, string>> = {
  username: 'common:terms.username',
  firstName: 'common:terms.firstName',
  lastName: 'common:terms.lastName',
  displayName: 'common:terms.displayName',
  administratorLevel: 'common:terms.administratorLevel',
  agentLevel: 'common:terms.agentLevel',
  language: 'common:terms.language',
  status: 'users:column.status',
  lastSignIn: 'users:column.lastSignIn',
};

/** The code that the language column contains for users without their own language. */
const languageOfTenant = 'tenant';

/** The columns whose cells are labels from a fixed set, each with the codes of these labels. */
export const enumColumns = {
  administratorLevel: (code: string): DisplayText => ({ key: `roles:administrator.${code}` }),
  agentLevel: (code: string): DisplayText => ({ key: `roles:agent.${code}` }),
  language: (code: string): DisplayText =>
    code === languageOfTenant ? { key: 'users:languageOfTenant' } : { language: code },
} as const;
export type EnumColumn = keyof typeof enumColumns;

/** @param at a time in epoch milliseconds @returns the UTC time in ISO 8601, without milliseconds */
export const isoTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

// Labels match regardless of case, accents, spaces and punctuation, so `User name`, `username` and `USER-NAME` are the
// same.
const foldLabel = (text: string): string => foldName(text).replace(/[^\p{L}\p{N}]/gu, '');

export type UsersCsv = ReturnType<typeof createUsersCsv>;

interface UsersCsvDependencies {
  readonly translator: Translator;
  readonly clock: () => number;
  /** The column of each heading in all languages. The headings are folded. */
  readonly columns: ReadonlyMap<string, string>;
  /** The code of each label in all languages, by column. The labels are folded. */
  readonly codesByLabel: Readonly<Record<EnumColumn, ReadonlyMap<string, string>>>;
}

/**
 * Creates functions that convert users to CSV rows in one language. Headings and labels can be parsed in any language
 * or as codes.
 */
export function createUsersCsv(translator: Translator, clock: () => number) {
  const columns = dictionaryOf(translator, csvColumns, (column) => ({ key: csvHeadings[column as CsvColumn] }));
  const codesByLabel = {
    administratorLevel: dictionaryOf(translator, administratorLevels, enumColumns.administratorLevel),
    agentLevel: dictionaryOf(translator, agentLevels, enumColumns.agentLevel),
    language: dictionaryOf(translator, [...translator.languages, languageOfTenant], enumColumns.language),
  };
  const deps: UsersCsvDependencies = { translator, clock, columns, codesByLabel };
  return {
    ...bind(deps, { header, row, columnOf, languageOf }),
    levelOf: <Column extends 'administratorLevel' | 'agentLevel'>(column: Column, cell: string) =>
      levelOf(deps, column, cell),
  };
}

function dictionaryOf(
  translator: Translator,
  codes: readonly string[],
  labelOf: (code: string) => DisplayText,
): ReadonlyMap<string, string> {
  const translations = translator.languages.map((language) => translator(language));
  return new Map(
    codes.flatMap((code) =>
      [code, ...translations.map((messages) => displayText(messages, labelOf(code)))].map((label) => [
        foldLabel(label),
        code,
      ]),
    ),
  );
}

/** @returns the headings of all columns, or only those of columns that an import can set */
function header({ translator }: UsersCsvDependencies, language: Language, which: 'all' | 'writable' = 'all'): string[] {
  const { t } = translator(language);
  const included = csvColumns.filter((column) => which === 'all' || !readOnlyColumns.includes(column));
  return included.map((column) => t(csvHeadings[column]));
}

function row({ translator, clock }: UsersCsvDependencies, language: Language, user: User): string[] {
  const messages = translator(language);
  return [
    user.username,
    user.firstName,
    user.lastName,
    user.displayName,
    displayText(messages, enumColumns.administratorLevel(user.administratorLevel)),
    displayText(messages, enumColumns.agentLevel(user.agentLevel)),
    displayText(messages, enumColumns.language(user.language ?? languageOfTenant)),
    messages.t(`users:status.${statusOf(user, clock())}`),
    user.lastSignInAt === null ? '' : isoTime(user.lastSignInAt),
  ];
}

/** @returns the column with this heading; null if there is none */
function columnOf({ columns }: UsersCsvDependencies, heading: string): CsvColumn | null {
  return (columns.get(foldLabel(heading)) ?? null) as CsvColumn | null;
}

/** @returns the level with this label; undefined if the label is unknown */
function levelOf<Column extends 'administratorLevel' | 'agentLevel'>(
  deps: UsersCsvDependencies,
  column: Column,
  cell: string,
): User[Column] | undefined {
  return (codeOf(deps, column, cell) ?? undefined) as User[Column] | undefined;
}

/** @returns the language with this label, or null for the tenant's language; undefined if the label is unknown */
function languageOf(deps: UsersCsvDependencies, cell: string): Language | null | undefined {
  const code = codeOf(deps, 'language', cell);
  return code === languageOfTenant ? null : (code ?? undefined);
}

const codeOf = ({ codesByLabel }: UsersCsvDependencies, column: EnumColumn, cell: string): string | null =>
  codesByLabel[column].get(foldLabel(cell)) ?? null;

/** Returns the tenant's users as a CSV file, which changes nothing if it is imported again. */
export type UsersFile = (scope: Scope, language: Language) => CsvFile;

export interface UsersFileDependencies {
  readonly database: Database;
  readonly csv: UsersCsv;
  readonly translator: Translator;
}

async function* rows(deps: UsersFileDependencies, scope: Scope, language: Language): AsyncGenerator<string[][]> {
  const { database, csv } = deps;
  for await (const users of allUsers(database, scope)) yield users.map((user) => csv.row(language, user));
}

/** Exports the tenant's users as a CSV file. They are read in batches while the file is being sent. */
export function usersFile(deps: UsersFileDependencies, scope: Scope, language: Language): CsvFile {
  const { translator, csv } = deps;
  const { t, settings } = translator(language);
  return {
    name: t('imports:fileName.export'),
    delimiter: settings.listDelimiter,
    header: csv.header(language),
    batches: rows(deps, scope, language),
  };
}

export const createUsersFile = (deps: UsersFileDependencies) => bind(deps, { usersFile }).usersFile;
