import { type Notice, type NoticeAuthor, noticeAuthorOf } from '../../domain/notices.ts';
import type { Database } from '../../platform/database/database.ts';
import { errorCodeOf, isMailboxRefused, type Mail, type Transport } from '../../platform/mail-transport.ts';
import type { Attempt, AttemptOutcome, Delivery, FailedAttempt } from '../activity/index.ts';
import * as noticesStore from './notices.store.ts';

/** A notice with all data needed to render it. */
export interface AddressedNotice extends Pick<noticesStore.NoticeParties, 'recipient' | 'tenantName'> {
  /** The ID of the delivery. It is the same for every attempt, and the Message-ID is derived from it. */
  readonly id: string;
  /** Time of the event, epoch ms. */
  readonly at: number;
  readonly notice: Notice;
  readonly by: NoticeAuthor;
}

/**
 * Renders a notice in the recipient's language.
 * @param link the URL of the one-time link in the notice, if any
 */
export type RenderNotice = (addressed: AddressedNotice, link: string | null) => Mail;

export interface NoticeDependencies {
  readonly database: Database;
  readonly render: RenderNotice;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
  /** @returns the URL of a one-time link to mail; null if the link is no longer valid */
  readonly linkFor: (linkId: string) => Promise<string | null>;
  /** Null if no mail server is configured. */
  readonly transport: Transport | null;
  readonly isClockTrusted: () => Promise<boolean>;
}

/** @returns a function that sends a notice by email; null if no mail server is configured */
export function createNoticeSender(deps: NoticeDependencies): Attempt<Notice> | null {
  const { transport } = deps;
  return transport === null ? null : (delivery) => send(deps, transport, delivery);
}

async function send(
  { database, render, clock, linkFor, isClockTrusted }: NoticeDependencies,
  transport: Transport,
  { id, userId, actorId, at, message: notice }: Delivery<Notice>,
): Promise<AttemptOutcome> {
  const found = userId === null ? null : await noticesStore.findPartiesAcrossTenants(database, userId, actorId);
  // Users who were deleted in the meantime are not notified.
  if (found === null || found.recipient.state === 'deleted') return 'delivered';
  const { recipient, tenantName, actorName } = found;
  const link = 'linkId' in notice ? await linkFor(notice.linkId) : null;
  // An expired link is not sent. If the clock is not trusted, retry, because the link may not really have expired.
  if ('linkId' in notice && link === null) return (await isClockTrusted()) ? 'delivered' : clockNotTrusted;
  const by = noticeAuthorOf(notice, { userId, actorId, actorName });
  try {
    await transport.send(render({ id, at, notice, recipient, tenantName, by }, link), clock());
    return 'delivered';
  } catch (error) {
    return failureOf(error);
  }
}

const clockNotTrusted: FailedAttempt = { code: 'CLOCK_NOT_TRUSTED', away: false };

const serverErrorCodes = /^(ECONNECTION|ETIMEDOUT|ESOCKET|EDNS|ETLS|EPROTOCOL|EAUTH|ENOAUTH)\b/;

function failureOf(error: unknown): FailedAttempt {
  const code = errorCodeOf(error);
  return { code, away: serverErrorCodes.test(code), refused: isMailboxRefused(error) };
}
