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

/** A statement before or after which a process is killed. */
export interface KillPoint {
  /** Source of a regular expression. */
  readonly statement: string;
  readonly when: 'before' | 'after';
}

/**
 * The task of a `delivery-child.ts` process: record that a user was unblocked, if requested, then deliver what is due.
 */
export interface DeliveryTask {
  readonly database: DatabaseConfig;
  readonly smtpUrl: string;
  /** Epoch ms. */
  readonly now: number;
  readonly record?: { readonly scope: Scope; readonly userId: string };
  /** Where the process kills itself, if at all. `recorded`: after recording, before delivering. */
  readonly killedAt?: KillPoint | 'recorded' | null;
}

/** The worker that delivers notices, as it runs in one of several processes. @param send sends or rejects an email */
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
      refuse: async (_delivery, complete) => void (await complete(database)),
    },
  );
}
