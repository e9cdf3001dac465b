import { pino } from 'pino';
import { readConfig } from '../../src/platform/config/config.ts';
import { openSubscribedDatabase } from '../../src/core/open-database.ts';
import { createImportJob } from '../../src/core/imports/import-job.ts';
import { createHasher } from '../../src/platform/keys/hasher.ts';

// The child process applies the confirmed imports and reports when it starts and ends. Tests kill it between the two.
const { config } = readConfig(process.env);
if (config === null) throw new Error('The environment is not right');
const database = openSubscribedDatabase(config.database);
const run = createImportJob({
  database,
  hasher: createHasher({ memoryCost: 8, timeCost: 1, parallelism: 1 }),
  rules: config.rules,
  clock: Date.now,
  log: pino({ level: 'silent' }),
});
const report = (what: string): Promise<void> => new Promise((resolve) => process.send?.(what, () => resolve()));
await report('begins');
await run();
await report('ends');
await database.close();
process.disconnect();
