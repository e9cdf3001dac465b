import { openSessions } from '../site/http/session-store/sessions.ts';
import { getIdentity } from '../platform/database/deployment.ts';
import { retryUntilConnected } from './retry.ts';
import type { CommandContext } from './context.ts';
import { movingStore } from '../core/moving/index.ts';

interface StoredSession {
  readonly id: string;
}

/** Deletes the sessions of a tenant's former users from Redis, if sessions are stored there. */
export async function deleteRedisSessions(
  { config, database }: CommandContext,
  domains: readonly string[],
): Promise<void> {
  if (config.redisUrl === null) return;
  const { store, proveWritable, close } = await openSessions(config, database, await getIdentity(database));
  try {
    await retryUntilConnected(proveWritable);
    const kept = await new Promise<StoredSession[]>((resolve, reject) => {
      store.all?.((error, sessions) =>
        error ? reject(asError(error)) : resolve((sessions ?? []) as unknown as StoredSession[]),
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
