import { pino } from 'pino';
import { createNoticeRenderer } from '../../src/mail/notices.ts';
import { deliverTo } from '../../src/core/activity/deliver.ts';
import { createNoticeSender } from '../../src/core/notices/index.ts';
import type { Scope } from '../../src/domain/scope.ts';
import type { DatabaseConfig } from '../../src/platform/config/config.ts';
import { noticesSubscriber, type Notice } from '../../src/domain/notices.ts';
import type { Database } from '../../src/platform/database/database.ts';
import type { Job } from '../../src/platform/background-jobs.ts';
import type { Mail, Transport } from '../../src/platform/mail-transport.ts';
import { translator } from './translator.ts';

/** The point at which a process is killed: before or after a statement. */
export interface KillPoint {
  /** A regular expression that matches the statement. */
  readonly statement: string;
  readonly when: 'before' | 'after';
}

/**
 * The task of a process that runs `delivery-child.ts`: to record that a user was unblocked, if requested, and then to
 * deliver what is due.
 */
export interface DeliveryTask {
  readonly database: DatabaseConfig;
  readonly smtpUrl: string;
  /** The current time for the process, in epoch milliseconds. */
  readonly now: number;
  readonly record?: { readonly scope: Scope; readonly userId: string };
  /** Where the process kills itself, if at all; `recorded` means after recording the event and before delivering it. */
  readonly killedAt?: KillPoint | 'recorded' | null;
}

/**
 * Creates the worker that delivers notices, as it runs in each of several processes.
 * @param send sends an email, or rejects if that fails
 */
export function noticesWorker(
  database: Database,
  send: (mail: Mail) => Promise<void>,
  clock: { readonly now: number },
): Job {
  const transport: Transport = { send, clear: async () => {} };
  const isClockTrusted = (): Promise<boolean> => Promise.resolve(true);
  const now = (): number => clock.now;
  const render = createNoticeRenderer({
    signInUrl: 'https://portal.example/sign-in',
    translator,
    render: () => '',
    clock: now,
  });
  const sender = createNoticeSender({
    database,
    render,
    linkFor: () => Promise.resolve(null),
    transport,
    isClockTrusted,
    clock: now,
  });
  return deliverTo<Notice>(
    { database, isClockTrusted, clock: now, log: pino({ level: 'silent' }) },
    noticesSubscriber.name,
    sender && {
      name: 'The mail server',
      setting: 'SMTP_URL',
      concurrency: 1,
      attempt: sender,
      refuse: async (_delivery, complete) => {
        await complete(database);
      },
    },
  );
}
