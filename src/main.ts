import { pino } from 'pino';
import { readConfig } from './platform/config/config.ts';
import { withSafeErrors } from './platform/log.ts';
import { startServer } from './server.ts';

/**
 * Runs the server of one region until it receives a signal. Logs go to standard error, one JSON object per line;
 * standard output is for the person who starts the server.
 */
export async function main(): Promise<void> {
  const hasChannel = process.connected;
  const { config, faults } = readConfig(process.env);
  if (config === null) {
    for (const fault of faults) process.stderr.write(`${fault}\n`);
    process.exitCode = 1;
    return;
  }
  const base = { region: config.rules.region };
  const log = withSafeErrors(pino({ level: config.logLevel, base }, pino.destination({ fd: 2, sync: true })));
  process.on('unhandledRejection', (error) => log.error(error, 'Unhandled promise rejection'));
  const running = await startServer(config, log);
  stopOnSignal(() => running.stop(), hasChannel);
  process.stdout.on('error', (error) => log.warn({ err: error }, 'Standard output is not writable'));
  await write(`Parvis: ${config.rules.region} on ${config.baseUrl.origin}\n`).catch(() => undefined);
  if (running.setupLink === null) return;
  try {
    await write(`Set up the first organization (one-time link): ${running.setupLink}\n`);
  } catch {
    log.fatal(
      'The one-time link for the setup could not be printed, so the server stops. The next start prints another one',
    );
    await running.stop();
    process.exit(1);
  }
}

/** Writes to standard output, and waits until the text has been passed on. @throws the error of the stream */
function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

// The first signal stops gracefully; the second one exits immediately.
function stopOnSignal(stop: () => Promise<void>, hasChannel: boolean): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  // When started by the demo, stop if the demo's process ends, even if it ended during startup.
  if (!hasChannel) return;
  process.on('disconnect', onSignal);
  if (!process.connected) onSignal();
}
