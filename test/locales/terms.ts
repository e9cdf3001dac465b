import { languages, type Catalogue } from './catalogue.ts';

type Row = Readonly<Record<string, string>>;

/** Parses the table of fixed terms. The first line names the columns; a quoted field may contain commas. */
export function parseTerms(csv: string): Row[] {
  const [header = [], ...rows] = csv.trim().split(/\r?\n/).map(fields);
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}

/** Levels have their own namespace, with the keys used in code. */
const levels: Readonly<Record<string, string>> = {
  'roles:administrator.global': 'globalAdmin',
  'roles:administrator.userManagement': 'userManagementAdmin',
  'roles:administrator.billing': 'billingAdmin',
  'roles:administrator.none': 'noAdmin',
  'roles:agent.admin': 'adminAgent',
  'roles:agent.sales': 'salesAgent',
  'roles:agent.helpdesk': 'helpdeskAgent',
  'roles:agent.none': 'noAgent',
};

const prefix = 'common:terms.';
const termOf = (key: string): string | undefined => (key.startsWith(prefix) ? key.slice(prefix.length) : levels[key]);

/** @returns the texts under `common:terms` and the names of levels that differ from the fixed terms or are unknown */
export function wrongTerms(catalogue: Catalogue, terms: readonly Row[]): string[] {
  return languages.flatMap((language) =>
    [...catalogue[language]].flatMap(([key, text]) => {
      const term = termOf(key);
      if (term === undefined) return [];
      const fixed = terms.find((row) => row.key === term)?.[language];
      if (fixed === text) return [];
      return [
        `${language} ${key} is “${text}”, ${fixed === undefined ? 'which is not a fixed term' : `not “${fixed}”`}`,
      ];
    }),
  );
}

/** @returns the number of fixed terms that the catalogue uses */
export function usedTerms(catalogue: Catalogue, terms: readonly Row[]): number {
  const inEvery = [...catalogue.en.keys()].filter((key) => languages.every((language) => catalogue[language].has(key)));
  const used = new Set(inEvery.map(termOf));
  return terms.filter((row) => used.has(row.key)).length;
}

function fields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}
