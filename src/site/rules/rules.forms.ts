import { z } from 'zod';
import { Failure } from '../../domain/errors.ts';
import {
  boundsOf,
  choiceRuleNames,
  numericRuleNames,
  stricterChoices,
  type TenantRule,
  type TenantRules,
} from '../../domain/tenant-rules.ts';
import type { RegionRules } from '../../domain/regions.ts';
import type { FormFault } from '../http/page-options.ts';
import { wholeNumber } from '../http/forms.ts';

const field = z.string().trim().default('');
const form = z.object(
  Object.fromEntries([...numericRuleNames, ...choiceRuleNames].map((name) => [name, field])) as Record<
    TenantRule,
    typeof field
  >,
);

/** The field that identifies the tenant's rules at the time when the form was opened; null if it is missing. */
export const seenForm = z.object({ seen: z.string().nullable().catch(null) });

export type TypedRules = z.infer<typeof form>;

/**
 * Reads the rules that a tenant sets. An empty field keeps the region's rule.
 * @throws a badRequest Failure if a choice is not offered or a field is repeated, because ignoring it would loosen the
 * current rule
 */
export function readOwnRulesForm(
  body: unknown,
  region: RegionRules,
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
  return { typed, own: own as TenantRules, faults };
}
