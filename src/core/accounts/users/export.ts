import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import type { Stores } from '../../../stores.ts';
import { usersAtOnce } from '../stores/users.batch.store.ts';

/** Records that the scope's actor takes the tenant's users away as a file. @param at epoch ms */
export const recordExport = (within: Stores, scope: Scope, at: number): Promise<void> =>
  within.activity.record(scope, { kind: 'users.exported' }, null, at);

/** Every user of the tenant in batches, each a query of its own: a slow reader holds nothing open in the database. */
export async function* allUsers(stores: Stores, scope: Scope): AsyncGenerator<readonly User[]> {
  for (let last = ''; ;) {
    const users = await stores.usersBatch.listAfter(scope, last);
    yield users;
    if (users.length < usersAtOnce) return;
    last = users.at(-1)?.username ?? last;
  }
}
