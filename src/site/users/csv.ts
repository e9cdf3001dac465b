import type { Language } from '../../domain/regions.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import { foldName, statusOf, type User } from '../../domain/people/user.ts';
import { csvColumns, type CsvColumn } from '../../core/imports/index.ts';
import { bind } from '../../platform/bind.ts';
import type { Translator } from '../../i18n/translator.ts';
import type { Scope } from '../../domain/scope.ts';
import { allUsers } from '../../core/accounts/index.ts';
import type { CsvFile } from '../http/csv.ts';
import { wordIn } from '../http/page.ts';
import type { Shown } from '../http/view-models.ts';
import type { Database } from '../../platform/database/database.ts';

const readOnlyColumns: readonly CsvColumn[] = ['status', 'lastSignIn'];

/** The locale key of each column's heading. */
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

/** What the language column says of a user who has none of their own. */
const languageOfTenant = 'tenant';

/** Columns whose cells are one of a few words. */
export const wordedColumns = {
  administratorLevel: (code: string): Shown => ({ key: `roles:administrator.${code}` }),
  agentLevel: (code: string): Shown => ({ key: `roles:agent.${code}` }),
  language: (code: string): Shown =>
    code === languageOfTenant ? { key: 'users:languageOfTenant' } : { language: code },
} as const;
export type WordedColumn = keyof typeof wordedColumns;

/** @returns a time as every spreadsheet and every program reads it. @param at epoch ms */
export const isoTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

// Case, accents, blanks and apostrophes of either kind are of no account: `User name`, `username` and `USER-NAME` are one.
const fold = (text: string): string => foldName(text).replace(/[^\p{L}\p{N}]/gu, '');

export type UsersCsv = ReturnType<typeof createUsersCsv>;

interface UsersCsvDependencies {
  readonly translator: Translator;
  readonly clock: () => number;
  /** From each folded heading, in every language, to its column. */
  readonly columns: ReadonlyMap<string, string>;
  /** From each folded word of a column, in every language, to its code. */
  readonly words: Readonly<Record<WordedColumn, ReadonlyMap<string, string>>>;
}

/** Users as rows of a file: written in the reader's language, read in every language and by the stable names. */
export function createUsersCsv(translator: Translator, clock: () => number) {
  const columns = dictionaryOf(translator, csvColumns, (column) => ({ key: csvHeadings[column as CsvColumn] }));
  const words = {
    administratorLevel: dictionaryOf(translator, administratorLevels, wordedColumns.administratorLevel),
    agentLevel: dictionaryOf(translator, agentLevels, wordedColumns.agentLevel),
    language: dictionaryOf(translator, [...translator.languages, languageOfTenant], wordedColumns.language),
  };
  const deps: UsersCsvDependencies = { translator, clock, columns, words };
  return {
    ...bind(deps, { header, row, columnOf, languageOf }),
    levelOf: <Column extends 'administratorLevel' | 'agentLevel'>(column: Column, cell: string) =>
      levelOf(deps, column, cell),
  };
}

function dictionaryOf(
  translator: Translator,
  codes: readonly string[],
  shownAs: (code: string) => Shown,
): ReadonlyMap<string, string> {
  const translations = translator.languages.map((language) => translator(language));
  return new Map(
    codes.flatMap((code) =>
      [code, ...translations.map((messages) => wordIn(messages, shownAs(code)))].map((word) => [fold(word), code]),
    ),
  );
}

/** @returns the headings of every column, or of those that an import fills in */
function header({ translator }: UsersCsvDependencies, language: Language, which: 'all' | 'writable' = 'all'): string[] {
  const { t } = translator(language);
  const kept = csvColumns.filter((column) => which === 'all' || !readOnlyColumns.includes(column));
  return kept.map((column) => t(csvHeadings[column]));
}

function row({ translator, clock }: UsersCsvDependencies, language: Language, user: User): string[] {
  const messages = translator(language);
  return [
    user.username,
    user.firstName,
    user.lastName,
    user.displayName,
    wordIn(messages, wordedColumns.administratorLevel(user.administratorLevel)),
    wordIn(messages, wordedColumns.agentLevel(user.agentLevel)),
    wordIn(messages, wordedColumns.language(user.language ?? languageOfTenant)),
    messages.t(`users:status.${statusOf(user, clock())}`),
    user.lastSignInAt === null ? '' : isoTime(user.lastSignInAt),
  ];
}

/** @returns the column that a heading names, or null */
function columnOf({ columns }: UsersCsvDependencies, heading: string): CsvColumn | null {
  return (columns.get(fold(heading)) ?? null) as CsvColumn | null;
}

/** @returns the level that a cell names; undefined if it names none */
function levelOf<Column extends 'administratorLevel' | 'agentLevel'>(
  deps: UsersCsvDependencies,
  column: Column,
  cell: string,
): User[Column] | undefined {
  return (codeOf(deps, column, cell) ?? undefined) as User[Column] | undefined;
}

/** @returns the language that a cell names, null for the tenant's; undefined if it names none */
function languageOf(deps: UsersCsvDependencies, cell: string): Language | null | undefined {
  const code = codeOf(deps, 'language', cell);
  return code === languageOfTenant ? null : (code ?? undefined);
}

const codeOf = ({ words }: UsersCsvDependencies, column: WordedColumn, cell: string): string | null =>
  words[column].get(fold(cell)) ?? null;

/** @returns the tenant's users as a file in the reader's language, which an import accepts as it is */
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

/** Makes files of a tenant's users; each part of a file is made when the one before it was taken. */
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
