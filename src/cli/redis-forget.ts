import { promisify } from 'node:util';
import { pino } from 'pino';
import { openSessions } from '../server.ts';
import { untilItHolds } from './check.ts';
import type { CommandContext } from './context.ts';

interface Kept {
  readonly id: string;
}

/** Removes from Redis, where sessions lie there, what the database has forgotten of a company's people. */
export async function forgetInRedis(
  { config, database, stores }: CommandContext,
  domains: readonly string[],
): Promise<void> {
  if (config.redisUrl === null) return;
  const { store, ping, close } = await openSessions(config, database, pino({ level: 'silent' }));
  try {
    await untilItHolds(ping);
    const all = promisify((done: (error: unknown, sessions?: Kept[]) => void) =>
      store.all?.((error: unknown, sessions) => done(error, sessions as unknown as Kept[])),
    );
    const kept = (await all()) ?? [];
    const keys = await stores.moving.sessionsOf(
      domains,
      kept.map(({ id, ...data }) => ({ key: id, data: JSON.stringify(data) })),
    );
    for (const key of keys) await promisify((done: (error?: unknown) => void) => store.destroy(key, done))();
  } finally {
    await close();
  }
}
