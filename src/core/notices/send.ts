import type { Logger } from 'pino';
import type { Work } from '../../platform/jobs.ts';
import type { TakenNotice } from './notices.store.ts';
import { codeOf, type Mail, type Transport } from '../../platform/mail-transport.ts';
import * as noticesStore from './notices.store.ts';
import type { Database } from '../../platform/database/database.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const everyMs = 5_000;
/** How long a notice belongs to the process that took it: longer than a mail server may take to answer. */
const leaseMs = 5 * minuteMs;
const maxWaitMs = 6 * hourMs;
const maxAgeMs = 3 * 24 * hourMs;
// While the server is unavailable, there is no point in trying each mail in turn.
const pauseMs = minuteMs;
// A mail that is being sent when the process is told to stop may still finish.
const graceMs = 2_000;

/** The outcome of one attempt: sent; refused for this mail alone; or no server available, which affects all mails. */
type Outcome = 'sent' | { readonly code: string; readonly away: boolean };

/** Words a notice in its recipient's language. @param link the address of the one-time link that it brings, if any */
export type WordNotice = (taken: TakenNotice, link: string | null) => Mail;

export interface NoticesParts {
  readonly database: Database;
  readonly word: WordNotice;
  /** Epoch ms. */
  readonly clock: () => number;
  /** @returns the address of a one-time link that is to be mailed, or null where it opens nothing any more */
  readonly linkFor: (linkId: string) => Promise<string | null>;
  /** Null where mail goes nowhere. */
  readonly transport: Transport | null;
  /** Decides whether a notice may be given up because of the time. */
  readonly isClockTrusted: () => Promise<boolean>;
  readonly log: Logger;
}

/** @returns the work that sends what is queued: at least once each, whatever ends in between */
export function sendNotices(parts: NoticesParts): Work {
  const { transport, database } = parts;
  // They would never be sent, and must not arrive as a surprise on the day that mail is set up.
  const run =
    transport === null ? () => noticesStore.removeAllForOperator(database) : createDispatcher({ ...parts, transport });
  return { name: 'Notices', everyMs, run };
}

interface DispatchDependencies extends Omit<NoticesParts, 'transport'> {
  readonly transport: Transport;
}

function createDispatcher(deps: DispatchDependencies): Work['run'] {
  const { database, clock } = deps;
  let pausedUntil = 0;
  let grace: Promise<'stopped'> | null = null;
  return async (stopping) => {
    grace ??= afterGrace(stopping);
    while (!stopping.aborted && clock() >= pausedUntil) {
      const taken = await noticesStore.takeAcrossTenants(database, clock(), clock() + leaseMs);
      if (taken === null) return;
      const outcome = await Promise.race([attempt(deps, taken), grace]);
      if (outcome === 'stopped') return;
      if (outcome === 'sent') await noticesStore.remove(database, taken.id);
      else {
        await postponeOrGiveUp(deps, taken, outcome.code);
        if (outcome.away) pausedUntil = clock() + pauseMs;
      }
    }
  };
}

async function attempt(
  { linkFor, isClockTrusted, transport, word, clock }: DispatchDependencies,
  taken: TakenNotice,
): Promise<Outcome> {
  // Users who were deleted in the meantime are not notified.
  if (taken.recipient.state === 'deleted') return 'sent';
  const link = 'linkId' in taken.notice ? await linkFor(taken.notice.linkId) : null;
  // A link that has expired is not sent. By a clock that is not trusted it may only seem to have expired.
  if ('linkId' in taken.notice && link === null) return (await isClockTrusted()) ? 'sent' : untrusted;
  try {
    await transport.send(word(taken, link), clock());
    return 'sent';
  } catch (error) {
    return failureOf(error);
  }
}

async function postponeOrGiveUp(
  { database, clock, isClockTrusted, log }: DispatchDependencies,
  taken: TakenNotice,
  code: string,
): Promise<void> {
  const { id, attempts, at, notice } = taken;
  const now = clock();
  const facts = { notice: id, kind: notice.kind, attempts, code };
  if (now - at >= maxAgeMs && (await isClockTrusted())) {
    log.error(facts, 'A notice could not be sent for days and was given up');
    return noticesStore.remove(database, id);
  }
  log.warn(facts, 'A notice could not be sent, to be tried again');
  return noticesStore.postpone(database, taken, now + waitMs(attempts));
}

const untrusted: Outcome = { code: 'CLOCK_NOT_TRUSTED', away: false };

/** Doubles from a minute to six hours; a random part keeps those that failed together from coming back together. */
const waitMs = (attempts: number): number =>
  Math.round(Math.min(minuteMs * 2 ** (attempts - 1), maxWaitMs) * (0.5 + Math.random() / 2));

const ofTheServer = /^(ECONNECTION|ETIMEDOUT|ESOCKET|EDNS|ETLS|EPROTOCOL|EAUTH|ENOAUTH)\b/;

function failureOf(error: unknown): Exclude<Outcome, 'sent'> {
  const code = codeOf(error);
  return { code, away: ofTheServer.test(code) };
}

function afterGrace(stopping: AbortSignal): Promise<'stopped'> {
  return new Promise((resolve) => {
    stopping.addEventListener('abort', () => void setTimeout(resolve, graceMs, 'stopped').unref(), { once: true });
  });
}
