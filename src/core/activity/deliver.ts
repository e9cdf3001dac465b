import type { Logger } from 'pino';
import type { Message } from '../../domain/activity/delivery.ts';
import { isLeaseHeld } from '../../domain/plausible-time.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Job } from '../../platform/background-jobs.ts';
import * as claimsStore from './delivery-leases.store.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const everyMs = 5_000;
/** Duration of a lease: longer than any attempt may take. */
const leaseMs = 5 * minuteMs;
const maxAgeMs = 3 * 24 * hourMs;
// While the receiver is unavailable, attempts of other deliveries would fail too.
const pauseMs = minuteMs;
// How long the process waits for an attempt in progress when it stops.
const graceMs = 2_000;

/** Why an attempt failed. `away`: the receiver is unavailable, which affects all of the subscriber's deliveries. */
export interface FailedAttempt {
  readonly code: string;
  readonly away: boolean;
}

/**
 * The outcome of an attempt. It is also `delivered` if there is no longer anything to deliver, such as a notice to a
 * deleted user.
 */
export type AttemptOutcome = 'delivered' | FailedAttempt;

/** Carries out one attempt of a delivery. Must not throw, and must take less time than the lease. */
export type Attempt<M extends Message> = (delivery: claimsStore.Delivery<M>) => Promise<AttemptOutcome>;

export interface DeliveryDependencies {
  readonly database: Database;
  /** Epoch ms. */
  readonly clock: () => number;
  /** Decides whether a delivery may be given up because of its age. */
  readonly isClockTrusted: () => Promise<boolean>;
  readonly log: Logger;
}

/**
 * @param attempt carries out one attempt. If null, the subscriber cannot receive anything, and its deliveries are
 * discarded, so that outdated ones are not sent when it becomes available
 * @returns the background job that delivers to a subscriber. Each message is delivered at least once, even if the
 * process is killed
 */
export function deliverTo<M extends Message>(
  deps: DeliveryDependencies,
  subscriber: string,
  attempt: Attempt<M> | null,
): Job {
  const run =
    attempt === null
      ? () => claimsStore.discardAllForOperator(deps.database, subscriber)
      : createDispatcher(deps, subscriber, attempt);
  return { name: `Deliveries to ${subscriber}`, everyMs, run };
}

function createDispatcher<M extends Message>(
  deps: DeliveryDependencies,
  subscriber: string,
  attempt: Attempt<M>,
): Job['run'] {
  const { database, clock } = deps;
  let pausedUntil: number | null = null;
  let grace: Promise<'stopped'> | null = null;
  return async (stopping) => {
    grace ??= afterGrace(stopping);
    while (!stopping.aborted && !isLeaseHeld(pausedUntil, pauseMs, clock())) {
      const claimed = await claimsStore.claimAcrossTenants(database, subscriber, clock(), clock() + leaseMs);
      if (claimed === null) return;
      const outcome = await Promise.race([attempt(claimed as claimsStore.Delivery<M>), grace]);
      if (outcome === 'stopped') return;
      if (outcome === 'delivered') await claimsStore.complete(database, claimed.id);
      else {
        await postponeOrGiveUp(deps, subscriber, claimed, outcome.code);
        if (outcome.away) pausedUntil = clock() + pauseMs;
      }
    }
  };
}

async function postponeOrGiveUp(
  { database, clock, isClockTrusted, log }: DeliveryDependencies,
  subscriber: string,
  delivery: claimsStore.Delivery,
  code: string,
): Promise<void> {
  const { id, attempts, at, message } = delivery;
  const now = clock();
  const facts = { delivery: id, subscriber, kind: message.kind, attempts, code };
  if (now - at >= maxAgeMs && (await isClockTrusted())) {
    log.error(facts, 'Delivery failed for three days and was given up');
    return claimsStore.complete(database, id);
  }
  log.warn(facts, 'Delivery failed and will be attempted again');
  return claimsStore.postpone(database, delivery, now + waitMs(attempts));
}

/** Exponential backoff from one minute to six hours. The jitter spreads deliveries that failed at the same time. */
const waitMs = (attempts: number): number =>
  Math.round(Math.min(minuteMs * 2 ** (attempts - 1), claimsStore.maxWaitMs) * (0.5 + Math.random() / 2));

function afterGrace(stopping: AbortSignal): Promise<'stopped'> {
  return new Promise((resolve) => {
    stopping.addEventListener('abort', () => void setTimeout(resolve, graceMs, 'stopped').unref(), { once: true });
  });
}
