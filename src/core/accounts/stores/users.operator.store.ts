import type { User } from '../../../domain/people/user.ts';
import { notDeleted, toUser, userColumns, type UserRow } from './user-rows.ts';
import { preparedQuery, type Database } from '../../../platform/database/database.ts';

const atOnce = 1_000;

function query(first: boolean) {
  return preparedQuery<UserRow>(`users.every ${first}`, (knex, $) => {
    const some = knex('users')
      .select([...userColumns, 'users.name_key'])
      .where('tenant_id', $('tenant'))
      .whereRaw(notDeleted)
      .orderBy(['name_key', 'id'])
      .limit(atOnce);
    return first ? some : some.whereRaw('(name_key, id) > (?, ?)', [$('key'), $('id')]);
  });
}

/** Every user of a tenant by name, for the operator's commands: a thousand in memory at a time, however many there are. */
export async function* everyUser(database: Database, tenantId: string): AsyncGenerator<User> {
  for (let last: UserRow | undefined; ;) {
    const place = last && { key: last.name_key, id: last.id };
    const rows: UserRow[] = await query(last === undefined)(database, { tenant: tenantId, ...place });
    yield* rows.map(toUser);
    last = rows.at(-1);
    if (rows.length < atOnce) return;
  }
}
