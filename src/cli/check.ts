import type { Command } from 'commander';
import { pino } from 'pino';
import { readConfig, type Config } from '../config/config.ts';
import { openDatabase } from '../data/open.ts';
import { migrationState } from '../data/migrate.ts';
import { checkServer } from '../features/notices/notices.transport.ts';
import { openSessions } from '../server.ts';
import { loadAssets } from '../web/assets.ts';
import { loadTranslator } from '../web/translator.ts';
import { loadViews } from '../web/views.ts';
import { print } from './context.ts';

const longestWaitMs = 3_000;

export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description('check configuration, database, session store, mail server and locales; one line per fault')
    .option('--json', 'print one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { config, faults } = readConfig(process.env);
      const all = config === null ? faults : await faultsOf(config);
      const ok = all.length === 0;
      print(options, { ok, faults: all }, ok ? ['Everything is in order.'] : all);
      process.exitCode = ok ? 0 : 1;
    });
}

async function faultsOf(config: Config): Promise<string[]> {
  const database = openDatabase(config.database);
  const sessions = await openSessions(config, database, pino({ level: 'silent' }));
  const checks: Record<string, () => Promise<unknown>> = {
    DATABASE_URL: async () => {
      const { done, pending } = await migrationState(database);
      // A database that is still empty is filled by the first start.
      if (done > 0 && pending > 0) throw new Error(`the schema lacks ${pending} migrations; run "npx parvis migrate"`);
    },
    REDIS_URL: () => untilItHolds(() => sessions.ping()),
    SMTP_URL: async () => {
      if (config.mail?.kind === 'smtp') await checkServer(config.mail);
    },
    locales: loadTranslator,
    views: () => Promise.resolve(loadViews()),
    assets: () => Promise.resolve(loadAssets()),
  };
  const results = await Promise.all(Object.entries(checks).map(([name, check]) => faultOf(name, check)));
  await sessions.close();
  await database.close();
  return results.filter((fault) => fault !== null);
}

async function faultOf(name: string, check: () => Promise<unknown>): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return `${name}: ${message === '' ? (code ?? 'does not answer') : message}`;
  }
}

// A client that was made this moment may still be connecting.
export async function untilItHolds(check: () => Promise<void>): Promise<void> {
  const end = Date.now() + longestWaitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
