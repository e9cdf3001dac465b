/** The five packs that come with Parvis, in the order of the columns of every table here. */
export const packs = ['worldwide', 'germany', 'germany-historical', 'us-government', 'china'] as const;
export type Pack = (typeof packs)[number];

/** What is looked at, and what is observed: one value for all packs, or one for each. */
export type Row = readonly [
  what: string,
  ...values: readonly [string] | readonly [string, string, string, string, string],
];

/** @returns what a table says in one of its columns, as far as something was looked at */
export const columnOf = (rows: readonly Row[], column: number): Record<string, string> =>
  Object.fromEntries(rows.map(([what, ...values]) => [what, values[column] ?? values[0]]));

const environments: Readonly<Record<Pack, Readonly<Record<string, string>>>> = {
  worldwide: {},
  germany: { REGION: 'germany' },
  'germany-historical': { REGION: 'germany', REGION_RULES: 'rules/germany-historical.json' },
  'us-government': { REGION: 'us-government' },
  china: { REGION: 'china' },
};

/** What a portal is started with to serve a pack. */
export const environmentOf = (pack: Pack): Readonly<Record<string, string>> => environments[pack];
