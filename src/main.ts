import { pino } from 'pino';
import { readConfig } from './platform/config/config.ts';
import { withSafeErrors } from './platform/log.ts';
import { startServer } from './server.ts';

/**
 * Runs one region until it is told to stop. The log goes to standard error as one JSON object a line;
 * standard output is for the person who starts it.
 */
export async function main(): Promise<void> {
  const { config, faults } = readConfig(process.env);
  if (config === null) {
    for (const fault of faults) process.stderr.write(`${fault}\n`);
    process.exitCode = 1;
    return;
  }
  const base = { region: config.rules.region };
  const log = withSafeErrors(pino({ level: config.logLevel, base }, pino.destination({ fd: 2, sync: true })));
  process.on('unhandledRejection', (error) => log.error(error, 'Nobody waited for this'));
  const running = await startServer(config, log);
  stopOnSignal(() => running.stop());
  process.stdout.write(`Parvis: ${config.rules.region} on ${config.baseUrl.origin}\n`);
  if (running.setupLink !== null) process.stdout.write(`Set up the first organization, once: ${running.setupLink}\n`);
}

// The first signal lets requests finish; a second one does not wait.
function stopOnSignal(stop: () => Promise<void>): void {
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
  // Started by the demo: without the process that started it there is nobody left to end it.
  if (process.connected) process.on('disconnect', onSignal);
}
