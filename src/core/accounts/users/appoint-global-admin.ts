import { conflict, notFound } from '../../../domain/errors.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { activityStore } from '../../activity/index.ts';
import type { Database } from '../../../platform/database/database.ts';
import * as tenantsStore from '../stores/tenants.store.ts';
import * as usersStore from '../stores/users.store.ts';
import { editAction, performAction, unblock } from './actions.ts';
import { hasApprovers } from './remaining-approvers.ts';

/** An appointed Global admin. */
export interface Appointed {
  readonly user: User;
  /** Whether two Global admins can now approve each other's requests. */
  readonly hasApprovers: boolean;
}

/**
 * Makes a user a Global admin on behalf of the operator, and unblocks the user if necessary. The operator's actions
 * never make accounts dependent, so the user can approve the other Global admins' requests. The reason is recorded.
 * @param scope the operator's scope in the user's tenant
 * @param at the time of the change, epoch ms
 * @throws Failure notFound, or conflict while the tenant is moving to another region
 */
export async function appointGlobalAdmin(
  database: Database,
  scope: Scope,
  { userId, reason }: { readonly userId: string; readonly reason: string },
  at: number,
): Promise<Appointed> {
  return database.transaction(async (tx) => {
    await tenantsStore.lock(tx, scope);
    if ((await tenantsStore.findOwn(tx, scope))?.state === 'moving') throw conflict('tenant.moving');
    await activityStore.record(tx, scope, { kind: 'user.appointed', reason }, userId, at);
    await performAction(tx, scope, userId, unblock, at);
    await performAction(tx, scope, userId, editAction({ administratorLevel: 'global' }), at);
    const user = await usersStore.find(tx, scope, userId);
    if (user === null) throw notFound();
    return { user, hasApprovers: await hasApprovers(tx, scope, at) };
  });
}
