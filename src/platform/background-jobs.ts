import type { Logger } from 'pino';

/** Something that is done beside the requests, now and then. Several nodes do it at once, so it must be safe to. */
export interface Job {
  /** Names it in the log when it fails. */
  readonly name: string;
  readonly everyMs: number;
  /** @param stopping aborted when the process is about to end: long work then leaves the rest to its next turn */
  readonly run: (stopping: AbortSignal) => Promise<void>;
}

export interface JobRunner {
  /** Takes on some work. @returns what asks for it at once, instead of at its next turn */
  add(work: Job): () => void;
  start(): void;
  /** Does all of it once, in turn, and waits for it: what a test does instead of `start`. */
  runAll(): Promise<void>;
  /** Begins nothing more, and waits for what is under way. */
  stop(): Promise<void>;
}

/** Keeps the work beside the requests: each piece in turn with itself, none in the way of another's failure. */
export function createJobRunner(log: Logger): JobRunner {
  const pieces: ScheduledJob[] = [];
  let started = false;
  return {
    add: (work) => {
      const piece = scheduleJob(work, log);
      pieces.push(piece);
      if (started) piece.start();
      return () => {
        if (started) piece.wake();
      };
    },
    start: () => {
      started = true;
      for (const piece of pieces) piece.start();
    },
    runAll: async () => {
      for (const { once } of pieces) await once();
    },
    stop: async () => {
      started = false;
      await Promise.all(pieces.map((piece) => piece.stop()));
    },
  };
}

type ScheduledJob = ReturnType<typeof scheduleJob>;

function scheduleJob({ name, everyMs, run }: Job, log: Logger) {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let wanted = false;
  const stopping = new AbortController();

  // Asked for while it runs, it runs once more afterwards: what it was asked for may have come too late for this turn.
  const wake = (): void => {
    wanted = true;
    running ??= turns().finally(() => (running = null));
  };
  const once = (): Promise<void> => run(stopping.signal);
  const turns = async (): Promise<void> => {
    while (wanted && !stopping.signal.aborted) {
      wanted = false;
      await once().catch((error: unknown) => log.warn({ err: error }, `${name}: not done, to be tried again`));
    }
  };
  return {
    once,
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
