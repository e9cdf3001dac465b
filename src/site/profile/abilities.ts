import { administratorAbilities, agentAbilities } from '../../domain/roles.ts';
import type { User } from '../../domain/people/user.ts';

/** Keys of what the levels of a user's roles allow. */
export interface Abilities {
  readonly administrator: readonly string[];
  readonly agent: readonly string[];
}

/** @returns what a user's levels allow, in keys */
export const abilitiesOf = ({ administratorLevel, agentLevel }: User): Abilities => ({
  administrator: administratorAbilities[administratorLevel],
  agent: agentAbilities[agentLevel],
});
