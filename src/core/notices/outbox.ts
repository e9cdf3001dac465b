import { noticesSubscriber } from '../../domain/notices.ts';
import { type Database, preparedQuery } from '../../platform/database/database.ts';
import type { Work } from '../../platform/jobs.ts';

interface OutboxRow {
  id: string;
  tenant_id: string;
  user_id: string;
  actor_id: string | null;
  kind: string;
  data: string;
  created_at: number;
  attempts: number;
  next_try_at: number;
}

const everyMs = 5_000;
const mostAtOnce = 100;

const first = preparedQuery<{ id: string }>('notices.outbox', (knex, $) =>
  knex('mails').select('id').where('next_try_at', '<=', $('now')).limit(1),
);

/**
 * Turns the notices that a process of the previous release still writes to `mails`, while it is being replaced, into
 * deliveries. Those that it has claimed are left to it. To be removed one release later, together with that table.
 */
export const adoptOutbox = (database: Database, clock: () => number): Work => ({
  name: 'Outbox of the previous release',
  everyMs,
  run: async () => {
    const now = clock();
    if ((await first(database, { now })).length > 0) await database.transaction((tx) => adopt(tx, now));
  },
});

async function adopt(tx: Database, now: number): Promise<void> {
  const due = tx.knex('mails').where('next_try_at', '<=', now).limit(mostAtOnce);
  // SQLite has locked the whole database already.
  const rows = (await (tx.dialect === 'postgres' ? due.forUpdate() : due)) as OutboxRow[];
  const ids = rows.map(({ id }) => id);
  await tx.knex('mails').whereIn('id', ids).delete();
  for (const { next_try_at: due_at, ...row } of rows)
    await tx.knex('deliveries').insert(Object.assign(row, { subscriber: noticesSubscriber.name, due_at }));
}
