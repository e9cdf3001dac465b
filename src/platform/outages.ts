import type { Logger } from 'pino';

/** A service or resource that requests and jobs depend on, as named in the log. */
export interface Dependency {
  /** The name for the log, such as `PostgreSQL`. Faults with the same name belong to the same outage. */
  readonly name: string;
  /** The setting that an operator checks; null if there is none. */
  readonly setting: string | null;
  /** The beginning of the log lines about an outage, such as `PostgreSQL fails to serve requests`. */
  readonly down: string;
  /** The beginning of the log line about the end of an outage, such as `PostgreSQL is available again`. */
  readonly up: string;
  /**
   * Tests the dependency once no fault has been reported for 2 s. Without a probe, the outage then ends.
   * @throws if the dependency does not work
   */
  readonly probe?: () => Promise<void>;
}

export interface Fault {
  readonly dependency: Dependency;
  /** A short identifier of the error, such as a SQLSTATE. */
  readonly code: string;
  /** One sentence that describes the fault and its effect. */
  readonly explanation: string;
}

/** Accepts reports of faults. */
export interface OutageReporter {
  report(fault: Fault): void;
}

export interface OutageDependencies {
  readonly log: Logger;
  /** A monotonic clock, in ms. */
  readonly monotonic: () => number;
}

interface Outage {
  readonly since: number;
  last: Fault;
  lastAt: number;
  /** The number of faults since the outage began. */
  total: number;
  /** The number of faults that have not been logged yet, by code. */
  unreported: Map<string, number>;
  wasLogged: boolean;
}

const checkEveryMs = 1_000;
/** The minimum time between two log lines about failures of the same dependency, even across outages, in ms. */
const lineEveryMs = 10_000;
/** The time without a reported fault after which an outage can end, in ms. */
const quietMs = 2_000;

/**
 * Logs outages instead of single faults: the first fault immediately, then the number of faults per interval, then the
 * end of the outage. An outage of ten minutes produces 60 lines, however many requests fail.
 */
export class Outages implements OutageReporter {
  readonly #deps: OutageDependencies;
  readonly #open = new Map<string, Outage>();
  readonly #loggedAt = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: OutageDependencies) {
    this.#deps = deps;
  }

  report(fault: Fault): void {
    const { name } = fault.dependency;
    const now = this.#deps.monotonic();
    const outage = this.#open.get(name) ?? newOutage(fault, now);
    this.#open.set(name, outage);
    Object.assign(outage, { last: fault, lastAt: now, total: outage.total + 1 });
    outage.unreported.set(fault.code, (outage.unreported.get(fault.code) ?? 0) + 1);
    if (!outage.wasLogged) this.#logIfDue(name, outage);
  }

  /** Starts the timer that logs summaries of outages and detects when they end. */
  start(): void {
    this.#timer ??= setInterval(() => void this.check(), checkEveryMs).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Logs the summaries that are due, and the outages that have ended. */
  async check(): Promise<void> {
    for (const [name, outage] of this.#open) {
      if (outage.unreported.size > 0) this.#logIfDue(name, outage);
      if (await this.#hasEnded(outage)) this.#end(name, outage);
    }
  }

  async #hasEnded(outage: Outage): Promise<boolean> {
    const { lastAt, last } = outage;
    if (this.#deps.monotonic() - lastAt < quietMs) return false;
    const isWorking = await Promise.try(() => last.dependency.probe?.()).then(
      () => true,
      () => false,
    );
    // A request may have failed while the probe was running.
    return isWorking && outage.lastAt === lastAt;
  }

  #end(name: string, { since, lastAt, total, wasLogged, last: { dependency } }: Outage): void {
    if (!this.#open.delete(name) || !wasLogged) return;
    const seconds = Math.max(1, Math.round((lastAt - since) / 1_000));
    const facts = { dependency: name, setting: dependency.setting, seconds, faults: total };
    this.#deps.log.info(facts, `${dependency.up} after ${seconds} s`);
  }

  // The limit applies across outages, so that a dependency that fails and recovers repeatedly does not fill the log.
  #logIfDue(name: string, outage: Outage): void {
    const now = this.#deps.monotonic();
    const loggedAt = this.#loggedAt.get(name);
    if (loggedAt !== undefined && now - loggedAt < lineEveryMs) return;
    this.#loggedAt.set(name, now);
    const { last, unreported, wasLogged } = outage;
    const { dependency, code, explanation } = last;
    const faults = Object.fromEntries(unreported);
    const facts = { dependency: name, setting: dependency.setting, code, faults };
    this.#deps.log.warn(facts, `${dependency.down}${wasLogged ? ', still' : ''}: ${explanation}`);
    Object.assign(outage, { wasLogged: true, unreported: new Map() });
  }
}

const newOutage = (last: Fault, now: number): Outage => ({
  since: now,
  last,
  lastAt: now,
  total: 0,
  unreported: new Map(),
  wasLogged: false,
});
