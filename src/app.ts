import express, { type Express } from 'express';
import type { Store } from 'express-session';
import type { Logger } from 'pino';
import { createBackground, type Background } from './platform/jobs.ts';
import type { Config } from './platform/config/config.ts';
import type { Database } from './platform/database/database.ts';
import { createFeatures } from './features.ts';
import type { GuessCounter } from './core/accounts/passwords/guesses.ts';
import type { Hasher } from './core/accounts/passwords/hasher.ts';
import { discreet } from './platform/log.ts';
import type { Assets } from './site/http/assets.ts';
import { body } from './site/http/body.ts';
import { createCookies } from './site/http/cookies.ts';
import { csrf } from './site/http/csrf.ts';
import { errorPages, notFoundPage } from './site/http/errors.ts';
import { mountHealth, type Readiness } from './site/http/health.ts';
import { language } from './site/http/language.ts';
import { createPages, pages as pageMiddleware } from './site/http/page.ts';
import { pendingSteps } from './site/http/pending-steps.ts';
import { refusalPage } from './site/http/refusal.ts';
import { requestId } from './site/http/request-id.ts';
import { requestLog } from './site/http/request-log.ts';
import { mountRoutes, type Route } from './site/http/routing.ts';
import { scope } from './site/http/scope.ts';
import { securityHeaders } from './site/http/security-headers.ts';
import { session } from './site/http/session.ts';
import { supportEnd } from './site/http/support-end.ts';
import { staticFiles } from './site/http/static-files.ts';
import type { Translator } from './i18n/translator.ts';
import { upload, uploadsAmong } from './site/http/upload.ts';
import type { RenderView } from './site/http/views.ts';
import { paths } from './paths.ts';

/** Everything that the portal is put together from; tests pass a fixed clock and a fresh database. */
export interface AppParts {
  readonly config: Config;
  readonly database: Database;
  readonly sessionStore: Store;
  readonly secrets: readonly string[];
  /** What the seeds of second factors are sealed by. */
  readonly secondFactorKeys: readonly string[];
  readonly hasher: Hasher;
  readonly guesses: GuessCounter;
  readonly translator: Translator;
  readonly render: RenderView;
  readonly assets: Assets;
  readonly readiness: Readiness;
  readonly isStopping: () => boolean;
  /** Epoch ms. */
  readonly clock: () => number;
  /** A clock that nobody can set, in ms: it only tells how much time has passed. */
  readonly monotonic: () => number;
  readonly log: Logger;
}

/** The composition root: stores, then features, then the pipeline in the order in which a request meets it. */
export function createApp(given: AppParts): { app: Express; routes: readonly Route[]; background: Background } {
  const parts = { ...given, log: discreet(given.log) };
  const { config, translator, log } = parts;
  const { rules } = config;
  const database = parts.database;
  const cookies = createCookies(config);
  const pages = createPages({
    config,
    translator,
    render: parts.render,
    assets: parts.assets,
    cookies,
    clock: parts.clock,
  });
  const answerRefusal = refusalPage(database, parts.clock);
  const background = createBackground(log);
  const { authentication, support, routes } = createFeatures(parts, { database, cookies, answerRefusal, background });

  const uploadOf = uploadsAmong(routes);
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple').set('trust proxy', config.trustProxy);
  app.use(requestId(), requestLog(log), securityHeaders(config));
  mountHealth(app, parts.readiness, parts.isStopping);
  app.use(paths.assets, staticFiles(parts.assets.directory));
  app.use(pageMiddleware(pages), language(cookies, rules), body(uploadOf));
  app.use(session(config, cookies, parts.sessionStore, parts.secrets), authentication.middleware);
  app.use(
    scope(cookies, rules, parts.clock),
    supportEnd(support),
    pendingSteps(),
    upload(uploadOf, answerRefusal),
    csrf(),
  );
  mountRoutes(app, routes, answerRefusal);
  app.use(notFoundPage(), errorPages(pages, log));
  return { app, routes, background };
}
