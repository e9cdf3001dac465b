import type { Logger } from 'pino';
import type { Job } from '../background-jobs.ts';
import type { Database } from '../database/database.ts';
import { findDifferences, type Difference } from './differences.ts';
import type { ProcessState } from './process-state.ts';
import * as processes from './processes.store.ts';

interface HeartbeatDependencies {
  readonly database: Database;
  readonly state: ProcessState;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
}

export interface Heartbeat {
  readonly job: Job;
  /** Removes the process from the list. */
  end(): Promise<void>;
}

/** Reports regularly that this process is running, and logs the settings in which it differs from the others. */
export function createHeartbeat({ database, state, clock, log }: HeartbeatDependencies): Heartbeat {
  let known: readonly Difference[] = [];
  const run = async (): Promise<void> => {
    await processes.report(database, state, clock);
    const { processes: running, now } = await processes.listRunning(database, clock);
    const found = findDifferences(running, now);
    logChanges(log, known, found);
    known = found;
  };
  return {
    job: { name: 'Processes of the region', everyMs: processes.reportEveryMs, run },
    end: () => processes.remove(database, state.id),
  };
}

/** Logs a difference when it begins, changes or ends, instead of with each report. */
function logChanges(log: Logger, before: readonly Difference[], now: readonly Difference[]): void {
  for (const { setting, isFault, message } of now) {
    if (before.some((each) => each.message === message)) continue;
    const text = `Processes of this region differ in ${setting}: ${message}`;
    if (isFault) log.warn({ setting }, text);
    else log.info({ setting }, text);
  }
  for (const { setting } of before) {
    if (now.every((each) => each.setting !== setting))
      log.info({ setting }, `Processes of this region no longer differ in ${setting}`);
  }
}
