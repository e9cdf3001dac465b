import os from 'node:os';
import { pino, type DestinationStream, type Logger } from 'pino';
import { currentJob } from './platform/background-jobs.ts';
import { readConfig, type Config } from './platform/config/config.ts';
import { withSafeErrors } from './platform/log.ts';
import { placeOfSettingFault, StartFault, type StartFaultPlace } from './platform/start-fault.ts';
import { version } from './platform/version.ts';
import { startServer, type Running } from './server.ts';

/**
 * Runs the server of one region until it receives a signal. Logs go to standard error, one JSON object per line;
 * standard output is for the person who starts the server.
 */
export async function main(): Promise<void> {
  const hasChannel = process.connected;
  // On a terminal, also print each fault as a plain sentence.
  const tell = (fault: string): unknown => process.stderr.isTTY && process.stderr.write(`${fault}\n`);
  const output = { log: pino.destination({ fd: 2, sync: true }), tell };
  const started = await startOrLogFaults(process.env, output, logUnhandledFaults);
  if (started === null) {
    process.exitCode = 1;
    return;
  }
  const { running, config, log } = started;
  stopOnSignal(running, { log, hasChannel });
  process.stdout.on('error', (err) => log.warn({ err }, 'Standard output is not writable'));
  await write(`Parvis: ${config.rules.region} on ${config.baseUrl.origin}\n`).catch(() => undefined);
  if (running.setupLink !== null) await printSetupLink(running, running.setupLink, log);
}

interface Started {
  readonly running: Running;
  readonly config: Config;
  readonly log: Logger;
}

interface ServerOutput {
  readonly log: DestinationStream;
  /** Receives each fault that prevents the start, as a sentence. */
  readonly tell: (fault: string) => unknown;
}

/**
 * Starts the server that the environment describes.
 * @param onLog called with the log before the server starts
 * @returns null if the server cannot start. The log then contains a line for each fault
 */
export async function startOrLogFaults(
  environment: Readonly<Record<string, string | undefined>>,
  output: ServerOutput,
  onLog: (log: Logger) => void = () => undefined,
): Promise<Started | null> {
  const { config, faults } = readConfig(environment);
  if (config === null) {
    for (const fault of faults) logStartFault(output, environment.REGION ?? null, fault, placeOfSettingFault(fault));
    return null;
  }
  const { region } = config.rules;
  const log = createLog(config.logLevel, region, output);
  log.info({ node: process.version }, 'Parvis starts');
  onLog(log);
  try {
    const host = { name: os.hostname(), pid: process.pid, maxDescriptors: descriptorLimit() };
    return { running: await startServer(config, log, host), config, log };
  } catch (error) {
    if (error instanceof StartFault) logStartFault(output, region, error.message, error.place, error.code);
    else createLog('fatal', region, output).fatal({ err: error }, 'Parvis cannot start');
    return null;
  }
}

/** Logs a fault even with LOG_LEVEL=silent: otherwise the process would exit without saying why. */
function logStartFault(
  output: ServerOutput,
  region: string | null,
  fault: string,
  place: StartFaultPlace | null,
  code: string | null = null,
): void {
  createLog('fatal', region, output).fatal({ ...place, code }, `Parvis cannot start. ${fault}`);
  output.tell(fault);
}

async function printSetupLink({ stop }: Running, link: string, log: Logger): Promise<void> {
  try {
    await write(`Set up the first organization (one-time link): ${link}\n`);
  } catch {
    log.fatal(
      'The one-time link for the setup could not be printed, so the server stops. The next start prints another one',
    );
    await stop().catch((err: unknown) => log.error({ err }, 'Parvis has stopped with an error'));
    process.exit(1);
  }
}

/** Writes to standard output, and waits until the text has been flushed. @throws the error of the stream */
function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** @param region null if the configuration has no valid region */
function createLog(level: string, region: string | null, output: ServerOutput): Logger {
  const base = { pid: process.pid, hostname: os.hostname(), version, region };
  return withSafeErrors(pino({ level, base }, output.log));
}

function logUnhandledFaults(log: Logger): void {
  process.on('unhandledRejection', (err) => log.error({ job: currentJob(), err }, 'Unhandled promise rejection'));
  process.on('uncaughtException', (err) => {
    log.fatal({ job: currentJob(), err }, 'Uncaught exception: the process ends');
    process.exit(1);
  });
}

function descriptorLimit(): number | null {
  // Skip the reverse DNS lookups of connected hosts.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : null;
}

// The first signal starts a graceful stop; the second one ends the process immediately.
function stopOnSignal({ stop }: Running, { log, hasChannel }: { log: Logger; hasChannel: boolean }): void {
  let stopping = false;
  const onSignal = (signal: string): void => {
    if (stopping) {
      log.warn({ signal }, 'Parvis exits immediately because of a second signal');
      process.exit(1);
    }
    stopping = true;
    log.info({ signal }, 'Parvis stops');
    const startedAt = performance.now();
    const duration = (): number => Math.round(performance.now() - startedAt);
    stop().then(
      () => {
        log.info({ signal, ms: duration() }, 'Parvis has stopped');
        process.exit(0);
      },
      (err: unknown) => {
        log.error({ signal, ms: duration(), err }, 'Parvis has stopped with an error');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  // When started by the demo, stop if the demo process ends, even if it ended during startup.
  if (!hasChannel) return;
  process.on('disconnect', () => onSignal('disconnect'));
  if (!process.connected) onSignal('disconnect');
}
