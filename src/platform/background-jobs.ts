import type { Logger } from 'pino';

/** A periodic background job. It runs on every node, possibly at the same time, so it must be idempotent. */
export interface Job {
  /** For log messages. */
  readonly name: string;
  readonly everyMs: number;
  /**
   * @param stopping a signal that is aborted before the process exits. A long job then stops and continues in its next
   * run
   */
  readonly run: (stopping: AbortSignal) => Promise<void>;
}

export interface JobRunner {
  /** Adds a job. @returns a function that runs the job immediately instead of at its next interval */
  add(job: Job): () => void;
  start(): void;
  /** Runs every job once, one after another. For tests, instead of `start`. */
  runAll(): Promise<void>;
  /** Starts no further runs and waits for those in progress. */
  stop(): Promise<void>;
}

/** Runs periodic jobs. A job never overlaps with itself, and its failure does not affect the others. */
export function createJobRunner(log: Logger): JobRunner {
  const jobs: ScheduledJob[] = [];
  let started = false;
  return {
    add: (job) => {
      const scheduled = scheduleJob(job, log);
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
  };
}

type ScheduledJob = ReturnType<typeof scheduleJob>;

function scheduleJob({ name, everyMs, run }: Job, log: Logger) {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let isDue = false;
  const stopping = new AbortController();

  // If a run is requested during another one, run again afterwards: the earlier run may have started too early to see
  // the new data.
  const wake = (): void => {
    isDue = true;
    running ??= runWhileDue().finally(() => (running = null));
  };
  const runOnce = (): Promise<void> => run(stopping.signal);
  const runWhileDue = async (): Promise<void> => {
    while (isDue && !stopping.signal.aborted) {
      isDue = false;
      await runOnce().catch((error: unknown) =>
        log.warn({ err: error }, `Background job ${name} failed and will be retried`),
      );
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
      await running;
    },
  };
}
