import type { Language } from '../../domain/regions.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import { statusOf, type User } from '../../domain/people/user.ts';
import { csvColumns, type CsvColumn, type Heading } from '../../core/imports/index.ts';
import { createHeadings, foldLabel } from './csv-headings.ts';
import { bind } from '../../platform/bind.ts';
import type { Translator } from '../../i18n/translator.ts';
import { displayText } from '../http/page.ts';
import type { DisplayText } from '../http/view-models.ts';

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

/** The code in the language column for users without an individual language setting. */
const languageOfTenant = 'tenant';

/** The columns whose cells are labels from a fixed set, each with the codes of these labels. */
export const enumColumns = {
  administratorLevel: (code: string): DisplayText => ({ key: `roles:administrator.${code}` }),
  agentLevel: (code: string): DisplayText => ({ key: `roles:agent.${code}` }),
  language: (code: string): DisplayText =>
    code === languageOfTenant ? { key: 'users:languageOfTenant' } : { language: code },
} as const;
export type EnumColumn = keyof typeof enumColumns;

/**
 * @param at a time in epoch milliseconds
 * @returns the UTC time in ISO 8601, without milliseconds
 */
export const isoTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

/** The locale key of the heading of the reasons column in a file of rejected rows. */
export const reasonHeading = 'imports:rejected.column';

/** Labels that preview versions of Parvis wrote to exported files. */
const earlierLabels: readonly (readonly [label: string, code: string])[] = [
  ['As the organization', languageOfTenant],
  ['Wie die Organisation', languageOfTenant],
];

export type UsersCsv = ReturnType<typeof createUsersCsv>;

interface UsersCsvDependencies {
  readonly translator: Translator;
  readonly clock: () => number;
  readonly headingOf: (text: string) => Heading | null;
  /** Folded labels of all languages, mapped to codes. */
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
    language: new Map([
      ...earlierLabels.map(([label, code]) => [foldLabel(label), code] as const),
      ...dictionaryOf(translator, [...translator.languages, languageOfTenant], enumColumns.language),
    ]),
  };
  const headingOf = createHeadings(columns, labelsOf(translator, { key: reasonHeading }));
  const deps: UsersCsvDependencies = { translator, clock, headingOf, codesByLabel };
  return {
    ...bind(deps, { header, row, columnOf, languageOf }),
    headingOf,
    levelOf: <Column extends 'administratorLevel' | 'agentLevel'>(column: Column, cell: string) =>
      levelOf(deps, column, cell),
  };
}

function dictionaryOf(
  translator: Translator,
  codes: readonly string[],
  labelOf: (code: string) => DisplayText,
): ReadonlyMap<string, string> {
  return new Map(
    codes.flatMap((code) => [code, ...labelsOf(translator, labelOf(code))].map((label) => [foldLabel(label), code])),
  );
}

const labelsOf = (translator: Translator, text: DisplayText): string[] =>
  translator.languages.map((language) => displayText(translator(language), text));

/** @returns the headings of all columns, or of the columns that an import can set */
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

/** @returns the column for a heading, or null */
function columnOf({ headingOf }: UsersCsvDependencies, text: string): CsvColumn | null {
  const heading = headingOf(text);
  return heading !== null && 'rank' in heading ? heading.column : null;
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
  const code = codeOf(deps, 'language', cell) ?? codeOf(deps, 'language', cell.replace(nameOfRegion, ''));
  if (code !== null) return code === languageOfTenant ? null : code;
  return lookUp(deps.translator.languages, cell);
}

/** Matches the region in a language name, such as `English (United States)`. */
const nameOfRegion = /\([^)]*\)\s*$/;
/** Matches a BCP 47 language tag (`fr-FR`) or a POSIX locale (`de_AT.UTF-8@euro`), and captures the tag. */
const languageTag = /^\s*([a-z]{2,3}(?:[-_][a-z0-9]{1,8})*)(?:\.[\w-]+)?(?:@\w+)?\s*$/i;

/**
 * @returns the language for a tag, found by RFC 4647 lookup, which removes subtags from the end until the tag matches;
 * undefined if no language matches
 */
function lookUp(languages: readonly Language[], cell: string): Language | undefined {
  const subtags = languageTag.exec(cell)?.[1]?.toLowerCase().split(/[-_]/) ?? [];
  for (let length = subtags.length; length > 0; length--) {
    const tag = subtags.slice(0, length).join('-');
    const found = languages.find((language) => language.toLowerCase() === tag);
    if (found !== undefined) return found;
  }
  return undefined;
}

const codeOf = ({ codesByLabel }: UsersCsvDependencies, column: EnumColumn, cell: string): string | null =>
  codesByLabel[column].get(foldLabel(cell)) ?? null;
