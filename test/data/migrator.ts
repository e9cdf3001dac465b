import type { DatabaseConfig } from '../../src/config/config.ts';
import { migrate } from '../../src/data/migrate.ts';

/** A process that migrates what it is told to, and tells which migrations it ran. */
process.on('message', (config: DatabaseConfig) => {
  migrate(config).then(
    (ran) => process.send?.({ ran }),
    (error: unknown) => process.send?.({ ran: [], error: String(error) }),
  );
});
process.send?.('ready');
