import type { Request, Response } from 'express';
import { z } from 'zod';
import { Failure, type FieldFault } from '../../domain/errors.ts';
import { boundsOf, ownNumberNames, type OwnNumber } from '../../domain/own-rules.ts';
import { may } from '../../domain/policy.ts';
import { userOperations, type RegionRules } from '../../domain/regions.ts';
import { paths } from '../../paths.ts';
import type { Stores } from '../../stores.ts';
import { carriedNumber } from '../../web/forms.ts';
import { scopeOf } from '../../web/request.ts';
import type { Route } from '../../web/routing.ts';
import { describeNumbers } from './rules.numbers.ts';
import type { RulesFeature } from './rules.ts';

const form = z.object({
  ...(Object.fromEntries(ownNumberNames.map((name) => [name, z.string().trim().catch('')])) as Record<
    OwnNumber,
    z.ZodCatch<z.ZodString>
  >),
  administratorsManagedBy: z.string().catch(''),
});

const breadcrumbs = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.accountSettings, label: 'common:terms.accountSettings' },
];

/** The region's rules in words, and what the tenant sets for itself. */
export function rulesRoutes(parts: { stores: Stores; regionRules: RegionRules; rules: RulesFeature }): Route[] {
  const { stores, regionRules, rules } = parts;

  async function ask(
    request: Request,
    response: Response,
    faults: readonly FieldFault[],
    typed?: Readonly<Record<string, string | undefined>>,
  ): Promise<void> {
    const scope = scopeOf(request);
    const own = (await stores.tenants.findOwn(scope))?.ownRules ?? {};
    const model = {
      ...{ own, operations: placesOf(regionRules), region: regionRules, rules: scope.rules },
      edit: may(scope, 'accountSettings.edit'),
      numbers: describeNumbers(regionRules, scope.rules, own).map((each) => ({
        ...each,
        typed: typed?.[each.name] ?? (own[each.name] === undefined ? '' : String(own[each.name])),
      })),
    };
    response.page('rules/rules', model, { title: 'account-settings:rules.title', breadcrumbs, faults });
  }

  async function save(request: Request, response: Response): Promise<void> {
    const values = form.parse(request.body ?? {});
    const faults: FieldFault[] = [];
    const own: Record<string, number | 'globalAdmins'> = {};
    // Whatever is neither the region's nor stricter was made up: silence would loosen what holds now.
    if (values.administratorsManagedBy === 'globalAdmins') own.administratorsManagedBy = 'globalAdmins';
    else if (values.administratorsManagedBy !== '') throw new Failure('badRequest');
    for (const name of ownNumberNames) {
      const { least, most } = boundsOf(name, regionRules);
      if (values[name] === '') continue;
      const number = carriedNumber.parse(values[name]);
      if (number !== null && number >= least && number <= most) own[name] = number;
      else faults.push({ field: name, key: `account-settings:rules.outOfBounds.${name}`, values: { least, most } });
    }
    if (faults.length > 0) return ask(request, response, faults, values);
    await rules.set(scopeOf(request), own);
    request.session.notice = { kind: 'success', key: 'account-settings:rules.saved' };
    response.redirect(303, paths.rules);
  }

  return [
    {
      method: 'get',
      path: paths.rules,
      access: 'accountSettings.view',
      handle: (request, response) => ask(request, response, []),
    },
    { method: 'post', path: paths.rules, access: 'accountSettings.edit', handle: save },
  ];
}

const placesOf = ({ operations }: RegionRules) =>
  userOperations.map((operation) => ({ name: operation.replace('.', '_'), placement: operations[operation] }));
