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
  process.stdout.write(`Parvis: ${config.rules.region} on ${config.baseUrl.origin}\n`);
  if (running.setupLink !== null)
    process.stdout.write(`Set up the first organization (one-time link): ${running.setupLink}\n`);
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
  // When started by the demo, stop if the demo's process ends, also if it ended during the start.
  if (!hasChannel) return;
  process.on('disconnect', onSignal);
  if (!process.connected) onSignal();
}
