import { pino } from 'pino';
import { readConfig } from '../../src/platform/config/config.ts';
import { startServer } from '../../src/server.ts';

// A child process that serves the portal of its parent on the same database. It reports when it is ready.
const { config, faults } = readConfig(process.env);
if (config === null) throw new Error(faults.join('\n'));
const running = await startServer(config, pino({ level: 'silent' }));
process.on('disconnect', () => void running.stop().then(() => process.exit(0)));
process.send?.('ready');
