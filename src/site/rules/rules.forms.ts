import { z } from 'zod';
import { Failure } from '../../domain/errors.ts';
import {
  boundsOf,
  choiceRuleNames,
  invalidRulesIn,
  numericRuleNames,
  stricterChoices,
  tenantRuleNames,
  type TenantRule,
  type TenantRules,
} from '../../domain/tenant-rules.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { FormFault } from '../http/page-options.ts';
import { wholeNumber } from '../http/forms.ts';

const field = z.string().trim().default('');
const form = z.object(
  Object.fromEntries(tenantRuleNames.map((name) => [name, field])) as Record<TenantRule, typeof field>,
);

/** Serializes the tenant's own rules that a page shows, for a hidden field of its form. */
export const serializeOwnRules = (own: TenantRules): string => JSON.stringify(own);

/**
 * @returns the tenant's own rules that the page showed; null if the form does not contain them or they are malformed
 */
export function readSeenRules(body: unknown): TenantRules | null {
  const seen = seenForm.safeParse(body ?? {}).data?.seen;
  return seen === undefined ? null : (seen as TenantRules);
}

const seenRules = z.partialRecord(z.enum(tenantRuleNames), z.union([z.string(), z.number()]));
const seenForm = z.object({
  seen: z.string().transform((text, context) => {
    const parsed = seenRules.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    context.addIssue('malformed');
    return z.NEVER;
  }),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export type TypedRules = z.infer<typeof form>;

/** @returns the submitted fields as typed, to be shown again; a missing or repeated field is left out */
export const readTypedRules = (body: unknown): Partial<TypedRules> =>
  Object.fromEntries(
    tenantRuleNames.flatMap((name): [string, string][] => {
      const text = ((body ?? {}) as Readonly<Record<string, unknown>>)[name];
      return typeof text === 'string' ? [[name, text.trim()]] : [];
    }),
  );

/** @returns the form's fields, filled with these rules */
export const typedRulesOf = (own: TenantRules): TypedRules =>
  Object.fromEntries(tenantRuleNames.map((name) => [name, String(own[name] ?? '')])) as TypedRules;

/**
 * Reads the rules that a tenant sets. An empty field keeps the region's rule.
 * @param seen the rules that the page showed, which supply the value of each rule that the form does not contain
 * @throws a badRequest Failure if a choice is not offered or a field is repeated, because ignoring the field would
 * relax the current rule
 */
export function readOwnRulesForm(
  body: unknown,
  region: RegionRules,
  seen: TenantRules | null = null,
): { typed: TypedRules; own: TenantRules; faults: FormFault[] } {
  const parsed = form.safeParse(body ?? {});
  if (!parsed.success) throw new Failure('badRequest');
  const typed = parsed.data;
  const own: Partial<Record<TenantRule, number | string>> = {};
  const faults: FormFault[] = [];
  for (const name of choiceRuleNames) {
    if (typed[name] === '') continue;
    if (!stricterChoices(name, region).includes(typed[name])) throw new Failure('badRequest');
    own[name] = typed[name];
  }
  for (const name of numericRuleNames) {
    const { least, most } = boundsOf(name, region);
    if (typed[name] === '') continue;
    const number = wholeNumber.parse(typed[name]);
    if (number !== null && number >= least && number <= most) own[name] = number;
    else faults.push({ field: name, key: `account-settings:rules.outOfBounds.${name}`, values: { least, most } });
  }
  return { typed, own: { ...omittedRules(body, seen, region), ...(own as TenantRules) }, faults };
}

// The form contains no field for a rule if the region leaves no choice.
function omittedRules(body: unknown, seen: TenantRules | null, region: RegionRules): TenantRules {
  const submitted: object = body ?? {};
  const omitted = Object.entries(seen ?? {}).filter(([name]) => !Object.hasOwn(submitted, name));
  return Object.fromEntries(omitted.filter(([name, value]) => invalidRulesIn({ [name]: value }, region).length === 0));
}
