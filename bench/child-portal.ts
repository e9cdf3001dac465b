import { createServer } from 'node:http';
import { pino } from 'pino';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/platform/config/config.ts';
import { loadSecondFactorKeys, loadSecrets } from '../src/platform/keys/secrets.ts';
import { openSubscribedDatabase } from '../src/core/open-database.ts';
import { createStrengthEstimator } from '../src/core/accounts/index.ts';
import { loadAssets } from '../src/site/http/assets.ts';
import { sessionTtlMs } from '../src/site/http/session.ts';
import { TableStore } from '../src/site/http/session-store/table-store.ts';
import { loadTranslator } from '../src/i18n/translator.ts';
import { loadViews } from '../src/site/http/views.ts';
import { reportUsage } from './measured-process.ts';
import { dependenciesOf } from '../src/platform/dependencies.ts';
import { Outages } from '../src/platform/outages.ts';
import { createHasher } from '../src/platform/keys/hasher.ts';

// The real portal, on a database that the parent process has filled. It writes its log as in production, but to
// /dev/null.
const { config } = readConfig(process.env);
if (config === null) throw new Error('The environment is invalid');
const database = openSubscribedDatabase(config.database);
const log = pino({ level: 'info' }, pino.destination('/dev/null'));
const monotonic = (): number => performance.now();
const { app, background } = createApp({
  config,
  database,
  sessionStore: new TableStore(database, sessionTtlMs(config.rules), Date.now),
  secrets: loadSecrets(config),
  secondFactorKeys: loadSecondFactorKeys(config),
  hasher: createHasher(),
  strengthEstimator: createStrengthEstimator(['en', 'fr', 'de']),
  translator: await loadTranslator(),
  render: loadViews(),
  assets: loadAssets(),
  readiness: {},
  isStopping: () => false,
  clock: Date.now,
  monotonic,
  log,
  outages: new Outages({ log, monotonic }),
  dependencies: dependenciesOf(config),
});
background.start();
// Connections must stay open while the other process is measured.
const keepAliveTimeout = 60_000;
const server = createServer({ keepAliveTimeout }, app).listen(0, '127.0.0.1', () => reportUsage(server));
