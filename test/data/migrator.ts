import type { DatabaseConfig } from '../../src/config/config.ts';
import { migrate } from '../../src/data/migrate.ts';

/** What the process answers: the migrations that it ran, or why it could not. */
export interface Answer {
  readonly ran: readonly string[];
  readonly error?: string;
}

const answer = (told: Answer): void => void process.send?.(told);

process.on('message', (config: DatabaseConfig) => {
  migrate(config).then(
    (ran) => answer({ ran }),
    (error: unknown) => answer({ ran: [], error: String(error) }),
  );
});
process.send?.('ready');
