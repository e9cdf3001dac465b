import express, { type Express } from 'express';
import type { Store } from 'express-session';
import type { Logger } from 'pino';
import { createBackground, type Background } from './background.ts';
import type { Config } from './config/config.ts';
import type { Database } from './data/database.ts';
import { createFeatures } from './features.ts';
import type { GuessCounter } from './features/passwords/guesses.ts';
import type { Hasher } from './features/passwords/hasher.ts';
import { discreet } from './log.ts';
import { createStores } from './stores.ts';
import type { Assets } from './web/assets.ts';
import { body } from './web/body.ts';
import { createCookies } from './web/cookies.ts';
import { csrf } from './web/csrf.ts';
import { errorPages, notFoundPage } from './web/errors.ts';
import { mountHealth, type Readiness } from './web/health.ts';
import { language } from './web/language.ts';
import { createPages, pages as pageMiddleware } from './web/page.ts';
import { pendingSteps } from './web/pending-steps.ts';
import { refusalPage } from './web/refusal.ts';
import { requestId } from './web/request-id.ts';
import { requestLog } from './web/request-log.ts';
import { mountRoutes, type Route } from './web/routing.ts';
import { scope } from './web/scope.ts';
import { securityHeaders } from './web/security-headers.ts';
import { session } from './web/session.ts';
import { supportEnd } from './web/support-end.ts';
import { staticFiles } from './web/static-files.ts';
import type { Translator } from './web/translator.ts';
import { upload, uploadsAmong } from './web/upload.ts';
import type { RenderView } from './web/views.ts';
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
  const stores = createStores(parts.database);
  const cookies = createCookies(config);
  const pages = createPages({
    config,
    translator,
    render: parts.render,
    assets: parts.assets,
    cookies,
    clock: parts.clock,
  });
  const answerRefusal = refusalPage(stores, parts.clock);
  const background = createBackground(log);
  const { authentication, support, routes } = createFeatures(parts, { stores, cookies, answerRefusal, background });

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
