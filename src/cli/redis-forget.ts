import { pino } from 'pino';
import { openSessions } from '../server.ts';
import { untilItHolds } from './until-it-holds.ts';
import type { CommandContext } from './context.ts';
import { movingStore } from '../core/moving/index.ts';

interface Kept {
  readonly id: string;
}

/** Removes from Redis, where sessions lie there, what the database has forgotten of a company's people. */
export async function forgetInRedis({ config, database }: CommandContext, domains: readonly string[]): Promise<void> {
  if (config.redisUrl === null) return;
  const { store, ping, close } = await openSessions(config, database, pino({ level: 'silent' }));
  try {
    await untilItHolds(ping);
    const kept = await new Promise<Kept[]>((resolve, reject) => {
      store.all?.((error, sessions) =>
        error ? reject(asError(error)) : resolve((sessions ?? []) as unknown as Kept[]),
      );
    });
    const rows = kept.map(({ id, ...data }) => ({ key: id, data: JSON.stringify(data) }));
    for (const key of await movingStore.findSessionKeys(database, domains, rows)) {
      await new Promise<void>((resolve, reject) => {
        store.destroy(key, (error) => (error ? reject(asError(error)) : resolve()));
      });
    }
  } finally {
    await close();
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
