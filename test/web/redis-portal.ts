import { after } from 'node:test';
import { builtInRulesFile, readRules } from '../../src/platform/config/rules.ts';
import { sessionTtlMs } from '../../src/site/http/session.ts';
import { openRedisSessions } from '../../src/site/http/session-store/redis-store.ts';
import { openPortalWithUsers } from './portal-with-users.ts';

const ttlMs = sessionTtlMs(readRules(builtInRulesFile('worldwide')!).rules!);
const unmarked = { region: 'worldwide', fingerprint: null, marks: false };

/** Functions that close resources after the test file, in reverse order. */
export const cleanups: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of cleanups.reverse()) await close();
});

/** Opens a portal that keeps its sessions in Redis. @param report is called with each error of the connection */
export async function portalOn(url: string, report: (error: unknown) => void = () => undefined) {
  const sessions = await openRedisSessions(url, unmarked, ttlMs, report);
  cleanups.push(() => sessions.close());
  return {
    ...(await openPortalWithUsers({ sessionStore: () => sessions.store })),
    proveWritable: () => sessions.proveWritable(),
  };
}
