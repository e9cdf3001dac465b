import type { Step } from '../users/step.ts';
import * as credentialsStore from '../stores/credentials.store.ts';
import * as secondFactorsStore from '../stores/second-factors.store.ts';
import * as sessionsStore from '../stores/sessions.store.ts';

/**
 * Removes another's second factor, who has lost app and recovery codes. All that it opened ends.
 * Their password stays, and is needed as before.
 */
export const removeSecondFactor: Step = {
  action: 'users.removeSecondFactor',
  among: 'present',
  apply: async (tx, scope, user) => {
    if (user.secondFactorAt === null) return null;
    await secondFactorsStore.remove(tx, scope, user.id);
    await credentialsStore.endEpoch(tx, scope, user.id);
    await sessionsStore.endAllOf(tx, scope, user.id, null);
    return { kind: 'secondFactor.removed' };
  },
};
