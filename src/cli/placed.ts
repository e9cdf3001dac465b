import type { RegionRules, UserOperation } from '../domain/regions.ts';

/**
 * The operator's commands work whatever the rules say of administrators, as the way in when nobody else can help.
 * @returns a line for whoever runs one where the rules have another place for it, or nobody
 */
export function saysOfRules(rules: RegionRules, operation: UserOperation): string[] {
  const placement = rules.operations[operation];
  const region = `Under the rules of the region ${rules.name.en}`;
  switch (placement.at) {
    case 'here':
      return [];
    case 'elsewhere':
      return [`${region}, administrators do this elsewhere: ${placement.place.en}, ${placement.address}`];
    case 'alone':
      return [`${region}, no administrator does this: users do it alone`];
    case 'nobody':
      return [`${region}, no administrator does this`];
  }
}
