import type { Notice } from '../../domain/notices.ts';
import type { Database } from '../../platform/database/database.ts';
import { codeOf, type Mail, type Transport } from '../../platform/mail-transport.ts';
import type { Attempt, AttemptOutcome, Delivery, FailedAttempt } from '../activity/index.ts';
import * as noticesStore from './notices.store.ts';

/** A notice with everything that its wording needs. */
export interface AddressedNotice extends Pick<noticesStore.Correspondents, 'recipient' | 'tenantName'> {
  /** Of the delivery, the same for every attempt: the Message-ID is derived from it. */
  readonly id: string;
  /** Epoch ms of what it tells of. */
  readonly at: number;
  readonly notice: Notice;
  readonly by: 'operator' | 'self' | { readonly name: string | null };
}

/** Renders a notice in the recipient's language. @param link the address of the one-time link that it contains, if any */
export type RenderNotice = (addressed: AddressedNotice, link: string | null) => Mail;

export interface NoticeDependencies {
  readonly database: Database;
  readonly renderNotice: RenderNotice;
  /** Epoch ms. */
  readonly clock: () => number;
  /** @returns the address of a one-time link that is to be mailed, or null if it no longer opens anything */
  readonly linkFor: (linkId: string) => Promise<string | null>;
  /** Null if no mail server is configured. */
  readonly transport: Transport | null;
  readonly isClockTrusted: () => Promise<boolean>;
}

/** @returns what sends a notice by email, or null if no mail server is configured */
export function noticeSender(deps: NoticeDependencies): Attempt<Notice> | null {
  const { transport } = deps;
  return transport === null ? null : (delivery) => send(deps, transport, delivery);
}

async function send(
  { database, renderNotice, clock, linkFor, isClockTrusted }: NoticeDependencies,
  transport: Transport,
  { id, userId, actorId, at, message: notice }: Delivery<Notice>,
): Promise<AttemptOutcome> {
  const found = userId === null ? null : await noticesStore.correspondentsAcrossTenants(database, userId, actorId);
  // Users who were deleted in the meantime are not notified.
  if (found === null || found.recipient.state === 'deleted') return 'delivered';
  const { recipient, tenantName, actorName } = found;
  const link = 'linkId' in notice ? await linkFor(notice.linkId) : null;
  // A link that has expired is not sent. By a clock that is not trusted it may only seem to have expired.
  if ('linkId' in notice && link === null) return (await isClockTrusted()) ? 'delivered' : untrusted;
  const by = actorId === null ? 'operator' : actorId === userId ? 'self' : { name: actorName };
  try {
    await transport.send(renderNotice({ id, at, notice, recipient, tenantName, by }, link), clock());
    return 'delivered';
  } catch (error) {
    return failureOf(error);
  }
}

const untrusted: FailedAttempt = { code: 'CLOCK_NOT_TRUSTED', away: false };

const ofTheServer = /^(ECONNECTION|ETIMEDOUT|ESOCKET|EDNS|ETLS|EPROTOCOL|EAUTH|ENOAUTH)\b/;

function failureOf(error: unknown): FailedAttempt {
  const code = codeOf(error);
  return { code, away: ofTheServer.test(code) };
}
