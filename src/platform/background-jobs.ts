import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from 'pino';
import type { Fault, OutageReporter } from './outages.ts';

/** A periodic background job. It runs on every node, possibly at the same time, so it must be idempotent. */
export interface Job {
  /** The name in log messages. */
  readonly name: string;
  readonly everyMs: number;
  /**
   * @param stopping a signal that is aborted before the process exits. A long job must then stop, and continue in its
   * next run
   */
  readonly run: (stopping: AbortSignal) => Promise<void>;
  /** Saves data that would be lost when the process ends. Called after the last response, with little time left. */
  readonly finish?: () => Promise<void>;
}

export interface JobRunner {
  /**
   * Adds a job.
   * @returns a function that runs the job immediately instead of at its next interval
   */
  add(job: Job): () => void;
  start(): void;
  /** Runs every job once, one after another. For tests, instead of `start`. */
  runAll(): Promise<void>;
  /** Starts no further runs and waits for those in progress. */
  stop(): Promise<void>;
  /** Lets every job save data that would be lost when the process ends. Called once, after the last response. */
  finish(): Promise<void>;
}

export interface JobRunnerDependencies {
  readonly log: Logger;
  readonly outages: OutageReporter;
  /** @returns the fault of the store that caused an error; null for an error that is not from a store */
  readonly storeFaultOf: (error: unknown) => Fault | null;
}

const running = new AsyncLocalStorage<string>();

/**
 * @returns the name of the job in which the calling code runs, even in a handler for unhandled errors; null outside
 * jobs
 */
export const currentJob = (): string | null => running.getStore() ?? null;

/** Runs periodic jobs. A job never overlaps with itself, and its failure does not affect the others. */
export function createJobRunner(deps: JobRunnerDependencies): JobRunner {
  const jobs: ScheduledJob[] = [];
  let started = false;
  return {
    add: (job) => {
      const scheduled = scheduleJob(job, deps);
      jobs.push(scheduled);
      if (started) scheduled.start();
      return () => {
        if (started) scheduled.wake();
      };
    },
    start: () => {
      started = true;
      for (const job of jobs) job.start();
    },
    runAll: async () => {
      for (const { runOnce } of jobs) await runOnce();
    },
    stop: async () => {
      started = false;
      await Promise.all(jobs.map((job) => job.stop()));
    },
    finish: async () => {
      await Promise.all(jobs.map((job) => job.finish()));
    },
  };
}

type ScheduledJob = ReturnType<typeof scheduleJob>;

function scheduleJob({ name, everyMs, run, finish }: Job, deps: JobRunnerDependencies) {
  let timer: NodeJS.Timeout | null = null;
  let inProgress: Promise<void> | null = null;
  let isDue = false;
  const stopping = new AbortController();

  // If a run is requested during another one, run again afterwards: the earlier run may have started too early to see
  // the new data.
  const wake = (): void => {
    isDue = true;
    inProgress ??= runWhileDue().finally(() => (inProgress = null));
  };
  const runOnce = (): Promise<void> => running.run(name, () => run(stopping.signal));
  const runWhileDue = async (): Promise<void> => {
    while (isDue && !stopping.signal.aborted) {
      isDue = false;
      await runOnce().catch((error: unknown) => reportFailure(deps, name, error));
    }
  };
  return {
    runOnce,
    wake,
    start: () => {
      timer = setInterval(wake, everyMs).unref();
      wake();
    },
    stop: async () => {
      stopping.abort();
      if (timer !== null) clearInterval(timer);
      await inProgress;
    },
    finish: () => Promise.try(() => finish?.()).catch((error: unknown) => reportFailure(deps, name, error)),
  };
}

function reportFailure({ log, outages, storeFaultOf }: JobRunnerDependencies, job: string, error: unknown): void {
  const fault = storeFaultOf(error);
  if (fault !== null) outages.report(fault);
  else log.warn({ job, err: error }, `Background job ${job} failed and will be retried`);
}
