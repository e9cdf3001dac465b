import express, { type Express } from 'express';
import type { Store } from 'express-session';
import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import type { Database } from './data/database.ts';
import { accountSettingsRoutes } from './features/account-settings/account-settings.routes.ts';
import { dashboardRoutes } from './features/dashboard/dashboard.routes.ts';
import type { GuessCounter } from './features/passwords/guesses.ts';
import type { Hasher } from './features/passwords/hasher.ts';
import { passwordsRoutes } from './features/passwords/passwords.routes.ts';
import { createPasswords } from './features/passwords/passwords.ts';
import { preferencesRoutes } from './features/preferences/preferences.routes.ts';
import { profileRoutes } from './features/profile/profile.routes.ts';
import { createKnownDevices } from './features/sessions/known-device.ts';
import { sessionsRoutes } from './features/sessions/sessions.routes.ts';
import { createSessions } from './features/sessions/sessions.ts';
import { createThrottle } from './features/sessions/throttle.ts';
import { setupRoutes } from './features/setup/setup.routes.ts';
import { createTenants } from './features/tenants/tenants.ts';
import { handOverSheet } from './features/users/hand-over-sheet.ts';
import { addUserRoutes } from './features/users/users.add.routes.ts';
import { createUserAdder } from './features/users/users.add.ts';
import { userChangesRoutes } from './features/users/users.changes.routes.ts';
import { createUserChanges } from './features/users/users.changes.ts';
import { usersRoutes } from './features/users/users.routes.ts';
import { createUsers } from './features/users/users.ts';
import { createStores, type Stores } from './stores.ts';
import type { Assets } from './web/assets.ts';
import { createAuthentication, type Authentication } from './web/authentication.ts';
import { body } from './web/body.ts';
import { createCookies, type Cookies } from './web/cookies.ts';
import { csrf } from './web/csrf.ts';
import { errorPages, notFoundPage } from './web/errors.ts';
import { mountHealth, type Readiness } from './web/health.ts';
import { language } from './web/language.ts';
import { createPages, pages as pageMiddleware } from './web/page.ts';
import { pendingChange } from './web/pending-change.ts';
import { refusalPage } from './web/refusal.ts';
import { requestId } from './web/request-id.ts';
import { requestLog } from './web/request-log.ts';
import { mountRoutes, type AnswerRefusal, type Route } from './web/routing.ts';
import { scope } from './web/scope.ts';
import { securityHeaders } from './web/security-headers.ts';
import { session } from './web/session.ts';
import { staticFiles } from './web/static-files.ts';
import type { Translator } from './web/translator.ts';
import type { RenderView } from './web/views.ts';
import { paths } from './paths.ts';

/** Everything that the portal is put together from; tests pass a fixed clock and a fresh database. */
export interface AppParts {
  readonly config: Config;
  readonly database: Database;
  readonly sessionStore: Store;
  readonly secrets: readonly string[];
  readonly hasher: Hasher;
  readonly guesses: GuessCounter;
  readonly translator: Translator;
  readonly render: RenderView;
  readonly assets: Assets;
  readonly readiness: Readiness;
  readonly isStopping: () => boolean;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
}

/** The composition root: stores, then features, then the pipeline in the order in which a request meets it. */
export function createApp(parts: AppParts): { app: Express; routes: readonly Route[] } {
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
  const { authentication, routes } = createFeatures(parts, { stores, cookies, answerRefusal });

  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple').set('trust proxy', config.trustProxy);
  app.use(requestId(), requestLog(log), securityHeaders(config));
  mountHealth(app, parts.readiness, parts.isStopping);
  app.use(paths.assets, staticFiles(parts.assets.directory));
  app.use(pageMiddleware(pages), language(cookies, rules), body());
  app.use(session(config, cookies, parts.sessionStore, parts.secrets), authentication.middleware);
  app.use(scope(cookies, rules), csrf(), pendingChange());
  mountRoutes(app, routes, answerRefusal);
  app.use(notFoundPage(), errorPages(pages, log));
  return { app, routes };
}

function createFeatures(
  { config, database, secrets, hasher, guesses, translator, clock, log }: AppParts,
  { stores, cookies, answerRefusal }: { stores: Stores; cookies: Cookies; answerRefusal: AnswerRefusal },
): { authentication: Authentication; routes: Route[] } {
  const { rules } = config;
  const throttle = createThrottle(database, rules);
  const passwords = createPasswords({ stores, hasher, guesses, throttle, clock });
  const users = createUsers({ stores, hasher, throttle, clock });
  const tenants = createTenants({ stores, hasher, rules, clock });
  const sessions = createSessions({ stores, hasher, throttle, clock, log });
  const authentication = createAuthentication(sessions, rules);
  const devices = createKnownDevices(secrets);
  const sheet = handOverSheet(config, translator, clock);
  const routes = [
    ...sessionsRoutes({ config, stores, authentication, devices, cookies }),
    ...passwordsRoutes({ passwords, authentication, devices, cookies, log }),
    ...dashboardRoutes({ stores, clock }),
    ...accountSettingsRoutes({ stores }),
    ...addUserRoutes({ stores, addUser: createUserAdder({ stores, hasher, clock }), sheet, answerRefusal }),
    ...usersRoutes({ stores, users, sheet, answerRefusal, clock }),
    ...userChangesRoutes({ stores, users, changes: createUserChanges({ stores, clock }), answerRefusal, clock }),
    ...profileRoutes({ stores, sessions, clock }),
    ...preferencesRoutes({ stores, cookies, origin: config.baseUrl.origin }),
    ...setupRoutes({ stores, tenants, passwords, hasher, rules }),
  ];
  return { authentication, routes };
}
