import { isOffered, mayGive, type Refusal, type Verdict } from '../../domain/policy.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import type { Scope } from '../../domain/scope.ts';
import type { User } from '../../domain/people/user.ts';
import { actingUserId } from '../../domain/principal.ts';

const nobody = { administratorLevel: 'none', agentLevel: 'none' } as const;

/**
 * The same judge as in the handlers: what it refuses is not offered.
 * @param user null for one who is being added
 * @returns the levels that the scope's actor may give, and why not the others
 */
export function levelsFor(scope: Scope, user: User | null) {
  const verdicts = administratorLevels.map((administratorLevel) => ({
    administratorLevel,
    verdict: mayGive(scope, user, { ...(user ?? nobody), administratorLevel }),
  }));
  // Nobody can agree to somebody who is not there yet: their level is asked for on their page.
  const isGiven = (verdict: Verdict): boolean => (user === null ? verdict.allowed : isOffered(verdict));
  const offered = verdicts.filter(({ verdict }) => isGiven(verdict));
  const withheld = verdicts.flatMap(({ verdict }): Refusal[] =>
    verdict.allowed || isGiven(verdict) ? [] : [verdict.because],
  );
  return {
    administrator: offered.map(({ administratorLevel }) => administratorLevel),
    agent: agentLevels.filter((agentLevel) => mayGive(scope, user, { ...(user ?? nobody), agentLevel }).allowed),
    own: user !== null && user.id === actingUserId(scope),
    // The last of them: a rule that keeps all levels back says more than what is said of Global admin alone.
    withheld: withheld.at(-1) ?? null,
  };
}
