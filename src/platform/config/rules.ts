import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  userOperations,
  type Language,
  type Place,
  type Placement,
  type RegionRules,
  type RuleText,
  type UserOperation,
  type LocalizedText,
  ruleTextIn,
} from '../../domain/regions.ts';
import type { z } from 'zod';
import { packageRoot } from '../package-root.ts';
import { listLanguages } from './languages.ts';
import { rulesSchema } from './rules.schema.ts';

/** Folder of the built-in rules files, one per edition of a region. */
export const rulesFolder = path.join(packageRoot, 'rules');

const builtInEditions = ['worldwide', 'germany', 'us-government', 'china'] as const;

const rulesFile = (known: readonly string[]) =>
  rulesSchema.transform((file, context): RegionRules => {
    const { $schema: _, places, operations, related, ...rules } = file;
    const fault = (path: (string | number)[], message = 'refers to a place that is not defined under places'): void =>
      context.addIssue({ code: 'custom', path, message });
    for (const [index, language] of rules.languages.entries())
      if (!known.includes(language))
        fault(['languages', index], `"${language}" must be one of ${known.join(', ')}; LOCALES_DIR can add languages`);
    for (const [path, wording] of textsOf(file))
      for (const language of rules.languages)
        if (wording[language] === undefined)
          fault([...path, language], `is required, because the region offers ${language}`);
    const placed = userOperations.map((operation): [UserOperation, Placement] => {
      const placement = placementOf(operations[operation], places);
      if (placement === null) fault(['operations', operation]);
      return [operation, placement ?? { at: 'nobody' }];
    });
    const others = related.map(({ what, places: ids }, index) => {
      const found = ids.map((id) => placeOf(id, places));
      if (found.includes(null)) fault(['related', index, 'places']);
      return { what, places: found.filter((place) => place !== null) };
    });
    return { ...rules, related: others, operations: Object.fromEntries(placed) as Record<UserOperation, Placement> };
  });

/** @returns every localized text of a rules file, with its path */
const textsOf = (file: z.infer<typeof rulesSchema>): [path: (string | number)[], wording: LocalizedText][] => [
  [['name'], file.name],
  ...Object.entries(file.places).map(([id, { name }]): [string[], LocalizedText] => [['places', id, 'name'], name]),
  ...file.related.map(({ what }, index): [(string | number)[], LocalizedText] => [['related', index, 'what'], what]),
];

type Places = Readonly<Record<string, { name: RegionRules['name']; address: string }>>;

// An unlisted operation is denied.
function placementOf(rule: string | undefined, places: Places): Placement | null {
  if (rule === undefined) return { at: 'nobody' };
  if (rule === 'here' || rule === 'alone' || rule === 'nobody') return { at: rule };
  const ids = rule.startsWith(elsewhere) ? rule.slice(elsewhere.length).split(' or ') : [''];
  const [first, ...also] = ids.map((id) => placeOf(id, places));
  if (!first || also.includes(null)) return null;
  const others = also.filter((place) => place !== null);
  return { at: 'elsewhere', ...first, ...(others.length === 0 ? {} : { also: others }) };
}

const elsewhere = 'elsewhere: ';

function placeOf(id: string, places: Places): Place | null {
  const place = Object.hasOwn(places, id) ? places[id] : undefined;
  return place ? { place: place.name, address: place.address } : null;
}

/**
 * Reads a region's rules from a file.
 * @param languages the tags of the languages in which the portal is available
 * @returns the frozen rules, or every fault in the file, each with its path
 */
export function readRules(
  file: string,
  languages: readonly string[] = listLanguages(null),
): { rules: RegionRules; faults: [] } | { rules: null; faults: string[] } {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return { rules: null, faults: [`cannot be read as JSON (${safeMessageOf(error)})`] };
  }
  const parsed = rulesFile(languages).safeParse(content);
  if (parsed.success) return { rules: deepFreeze(parsed.data), faults: [] };
  return {
    rules: null,
    faults: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`),
  };
}

// JSON.parse quotes the file in its messages, and REGION_RULES may mistakenly point to a file that contains secrets.
function safeMessageOf(error: unknown): string {
  const { message } = error as Error;
  return error instanceof SyntaxError ? (/line \d+ column \d+/.exec(message)?.[0] ?? 'invalid JSON') : message;
}

/** @returns the path of a region's built-in rules, or null if there are none */
export function builtInRulesFile(region: string): string | null {
  return (builtInEditions as readonly string[]).includes(region) ? path.join(rulesFolder, `${region}.json`) : null;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}

const builtIn = new Map(
  builtInEditions.map((region) => [region as string, readRules(path.join(rulesFolder, `${region}.json`)).rules]),
);

/** @returns the name of a region in a language; its ID if the region is not built in */
export function regionName(region: string, language: Language): RuleText {
  const rules = builtIn.get(region);
  return rules ? ruleTextIn(rules.name, language, rules) : { text: region, language };
}
