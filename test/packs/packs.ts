/** The five built-in rules files, in the order of the table columns. */
export const packs = ['worldwide', 'germany', 'germany-historical', 'us-government', 'china'] as const;
export type Pack = (typeof packs)[number];

/** An observation and its expected values: one value for all packs, or one for each. */
export type Row = readonly [
  what: string,
  ...values: readonly [string] | readonly [string, string, string, string, string],
];

/** @returns the expected values of one column by observation */
export const columnOf = (rows: readonly Row[], column: number): Record<string, string> =>
  Object.fromEntries(rows.map(([what, ...values]) => [what, values[column] ?? values[0]]));

const environments: Readonly<Record<Pack, Readonly<Record<string, string>>>> = {
  worldwide: {},
  germany: { REGION: 'germany' },
  'germany-historical': { REGION: 'germany', REGION_RULES: 'rules/germany-historical.json' },
  'us-government': { REGION: 'us-government' },
  china: { REGION: 'china' },
};

/** @returns the settings of a portal with this pack */
export const environmentOf = (pack: Pack): Readonly<Record<string, string>> => environments[pack];
