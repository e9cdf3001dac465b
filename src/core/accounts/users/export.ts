import type { Scope } from '../../../domain/scope.ts';
import type { User } from '../../../domain/people/user.ts';
import { usersAtOnce } from '../stores/users.batch.store.ts';
import { activityStore } from '../../activity/index.ts';
import * as usersBatchStore from '../stores/users.batch.store.ts';
import type { Database } from '../../../platform/database/database.ts';

/** Records that the scope's actor takes the tenant's users away as a file. @param at epoch ms */
export const recordExport = (tx: Database, scope: Scope, at: number): Promise<void> =>
  activityStore.record(tx, scope, { kind: 'users.exported' }, null, at);

/** Every user of the tenant in batches, each a query of its own: a slow reader holds nothing open in the database. */
export async function* allUsers(database: Database, scope: Scope): AsyncGenerator<readonly User[]> {
  for (let last = ''; ;) {
    const users = await usersBatchStore.listAfter(database, scope, last);
    yield users;
    if (users.length < usersAtOnce) return;
    last = users.at(-1)?.username ?? last;
  }
}
