/**
 * Starts three processes of one region behind nginx, on PostgreSQL and Redis, as operators run them, for manual and
 * automated tests. Nginx listens only on the loopback address, because the passwords are printed.
 */
import { CommandError } from '../../../src/platform/command-error.ts';
import { loginTable } from '../login-table.ts';
import { processCount, startCluster, type Cluster } from './start-cluster.ts';

const defaultPort = 3000;

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof CommandError ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const cluster = await startCluster(Number(process.env.PORT ?? defaultPort), process.env.LOG_LEVEL);
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    cluster.stop().then(
      () => process.exit(),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.stdout.write(
    `\n${processCount} processes of Parvis are running behind nginx at ${cluster.origin}\n\n${loginTable(cluster.logins)}\n\n` +
      'All data is fictitious and generated again at each start.\n' +
      'Press Enter to restart the processes one after the other, and Ctrl+C to stop everything.\n',
  );
  for await (const _line of process.stdin) await restartAll(cluster);
}

async function restartAll(cluster: Cluster): Promise<void> {
  for (let index = 0; index < processCount; index++) {
    const code = await cluster.restart(index);
    process.stdout.write(`Process ${index + 1} exited with ${code}, was started again and is ready\n`);
  }
}
