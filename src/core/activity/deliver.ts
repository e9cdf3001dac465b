import type { Logger } from 'pino';
import type { Message } from '../../domain/activity/delivery.ts';
import { isLeaseHeld } from '../../domain/plausible-time.ts';
import type { Database } from '../../platform/database/database.ts';
import type { Job } from '../../platform/background-jobs.ts';
import * as claimsStore from './delivery-leases.store.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const everyMs = 5_000;
/** The duration of a lease: longer than any attempt may take. */
const leaseMs = 5 * minuteMs;
const maxAgeMs = 3 * 24 * hourMs;
// The pause after the receiver was unavailable, because other deliveries would fail too.
const pauseMs = minuteMs;
// The time that a stopping process waits for an attempt in progress.
const graceMs = 2_000;

/** Why an attempt failed. */
export interface FailedAttempt {
  readonly code: string;
  /** Whether the receiver is unavailable, which affects all of the subscriber's deliveries. */
  readonly away: boolean;
  /** Whether the receiver will never accept this message. */
  readonly refused?: boolean;
}

/**
 * The outcome of an attempt. `delivered` also covers a delivery that has become unnecessary, such as a notice to a
 * deleted user.
 */
export type AttemptOutcome = 'delivered' | FailedAttempt;

/** Makes one delivery attempt. Must not throw, and must take less time than the lease. */
export type Attempt<M extends Message> = (delivery: claimsStore.Delivery<M>) => Promise<AttemptOutcome>;

/** The service that accepts the deliveries to a subscriber, such as the mail server. */
export interface Receiver<M extends Message> {
  /** The name for log messages, such as `The mail server`. */
  readonly name: string;
  /** The name of the setting that contains the receiver's address. */
  readonly setting: string;
  /** The maximum number of concurrent attempts. */
  readonly concurrency: number;
  readonly attempt: Attempt<M>;
  /**
   * Handles a delivery that the receiver will never accept.
   * @param complete removes the delivery, and returns false if another process has already done so. It must run in the
   * transaction that records the refusal
   */
  refuse(delivery: claimsStore.Delivery<M>, complete: (tx: Database) => Promise<boolean>): Promise<void>;
}

export interface DeliveryDependencies {
  readonly database: Database;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
  /** Returns whether the clock can be trusted. While it cannot, no delivery is given up because of its age. */
  readonly isClockTrusted: () => Promise<boolean>;
  readonly log: Logger;
}

/**
 * @param receiver null if the subscriber cannot receive anything. Its deliveries are then discarded, so that outdated
 * messages are not sent once it has a receiver
 * @returns the background job that delivers to a subscriber. Each message is delivered at least once, even if the
 * process is killed
 */
export function deliverTo<M extends Message>(
  deps: DeliveryDependencies,
  subscriber: string,
  receiver: Receiver<M> | null,
): Job {
  const name = `Deliveries to ${subscriber}`;
  if (receiver === null)
    return { name, everyMs, run: () => claimsStore.discardAllForOperator(deps.database, subscriber) };
  const dispatcher = new Dispatcher(deps, subscriber, receiver);
  return { name, everyMs, run: (stopping) => dispatcher.run(stopping) };
}

class Dispatcher<M extends Message> {
  readonly #deps: DeliveryDependencies;
  readonly #subscriber: string;
  readonly #receiver: Receiver<M>;
  #pausedUntil: number | null = null;
  #awaySince: number | null = null;
  #grace: Promise<'stopped'> | null = null;
  #lastClaim: Promise<unknown> = Promise.resolve();

  constructor(deps: DeliveryDependencies, subscriber: string, receiver: Receiver<M>) {
    this.#deps = deps;
    this.#subscriber = subscriber;
    this.#receiver = receiver;
  }

  async run(stopping: AbortSignal): Promise<void> {
    // Make a single attempt first, because it shows whether the receiver is available.
    const first = await this.#work(stopping, 1);
    const counts = await Promise.allSettled(
      Array.from({ length: this.#receiver.concurrency }, () => this.#work(stopping)),
    );
    const failed = counts.find(({ status }) => status === 'rejected');
    const delivered = counts.reduce((sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0), first);
    if (delivered > 0) this.#deps.log.info({ subscriber: this.#subscriber, delivered }, 'Messages were delivered');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /**
   * Makes attempts one after another, until no delivery is due or `maxAttempts` is reached.
   * @returns the number of delivered messages
   */
  async #work(stopping: AbortSignal, maxAttempts = Number.POSITIVE_INFINITY): Promise<number> {
    const { database, clock } = this.#deps;
    const grace = (this.#grace ??= afterGrace(stopping));
    let delivered = 0;
    for (let attempts = 0; attempts < maxAttempts; attempts++) {
      if (stopping.aborted || isLeaseHeld(this.#pausedUntil, pauseMs, clock())) break;
      const claimed = await this.#claim();
      if (claimed === null) break;
      const outcome = await Promise.race([this.#receiver.attempt(claimed), grace]);
      if (outcome === 'stopped') break;
      if (outcome === 'delivered') {
        this.#logIfBack();
        await claimsStore.complete(database, claimed.id);
        delivered++;
      } else await this.#handleFailure(claimed, outcome);
    }
    return delivered;
  }

  // Claims run one after another: concurrent claims would find the same delivery, and all but one would claim nothing.
  #claim(): Promise<claimsStore.Delivery<M> | null> {
    const { database, clock } = this.#deps;
    const claim = async () =>
      (await claimsStore.claimAcrossTenants(
        database,
        this.#subscriber,
        clock(),
        clock() + leaseMs,
      )) as claimsStore.Delivery<M> | null;
    const claimed = this.#lastClaim.then(claim, claim);
    this.#lastClaim = claimed;
    return claimed;
  }

  async #handleFailure(delivery: claimsStore.Delivery<M>, failed: FailedAttempt): Promise<void> {
    const { clock } = this.#deps;
    if (failed.refused === true) return this.#refuse(delivery, failed);
    await postponeOrGiveUp(this.#deps, this.#factsOf(delivery, failed), delivery);
    if (!failed.away) return;
    this.#awaySince ??= clock();
    this.#pausedUntil = clock() + pauseMs;
  }

  async #refuse(delivery: claimsStore.Delivery<M>, failed: FailedAttempt): Promise<void> {
    this.#deps.log.warn(this.#factsOf(delivery, failed), 'Delivery was refused permanently and given up');
    await this.#receiver.refuse(delivery, (tx) => claimsStore.complete(tx, delivery.id));
  }

  #factsOf({ id, tenantId, userId, attempts, message }: claimsStore.Delivery, { code, away }: FailedAttempt) {
    const { setting } = this.#receiver;
    const facts = { delivery: id, subscriber: this.#subscriber, kind: message.kind, tenantId, userId, attempts, code };
    return away ? Object.assign(facts, { setting }) : facts;
  }

  #logIfBack(): void {
    if (this.#awaySince === null) return;
    const seconds = Math.round((this.#deps.clock() - this.#awaySince) / 1_000);
    this.#awaySince = null;
    const { name, setting } = this.#receiver;
    this.#deps.log.info({ setting, seconds }, `${name} is available again after ${seconds} s`);
  }
}

async function postponeOrGiveUp(
  { database, clock, isClockTrusted, log }: DeliveryDependencies,
  facts: object,
  delivery: claimsStore.Delivery,
): Promise<void> {
  const { at, attempts } = delivery;
  const now = clock();
  if (now - at >= maxAgeMs && (await isClockTrusted())) {
    log.error(facts, 'Delivery failed for three days and was given up');
    await claimsStore.complete(database, delivery.id);
    return;
  }
  log.warn(facts, 'Delivery failed and will be attempted again');
  return claimsStore.postpone(database, delivery, now + waitMs(attempts));
}

/** Exponential backoff up to six hours, with jitter, which spreads deliveries that failed at the same time. */
const waitMs = (attempts: number): number =>
  Math.round(Math.min(minuteMs * 2 ** (attempts - 1), claimsStore.maxWaitMs) * (0.5 + Math.random() / 2));

function afterGrace(stopping: AbortSignal): Promise<'stopped'> {
  return new Promise((resolve) => {
    stopping.addEventListener('abort', () => void setTimeout(resolve, graceMs, 'stopped').unref(), { once: true });
  });
}
