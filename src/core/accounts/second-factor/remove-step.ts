import type { Step } from '../users/step.ts';

/**
 * Removes another's second factor, who has lost app and recovery codes. All that it opened ends.
 * Their password stays, and is needed as before.
 */
export const removeSecondFactor: Step = {
  action: 'users.removeSecondFactor',
  among: 'present',
  apply: async (within, scope, user) => {
    if (user.secondFactorAt === null) return null;
    await within.secondFactors.remove(scope, user.id);
    await within.credentials.endEpoch(scope, user.id);
    await within.sessions.endAllOf(scope, user.id, null);
    return { kind: 'secondFactor.removed' };
  },
};
