import express, { type Express } from 'express';
import type { Store } from 'express-session';
import type { Logger } from 'pino';
import { createCore, type CoreDependencies } from './core/core.ts';
import type { Translator } from './i18n/translator.ts';
import { createNoticeRenderer } from './mail/notices.ts';
import { oneTimeLinkUrls, paths } from './site/http/paths.ts';
import { createJobRunner, type JobRunner } from './platform/background-jobs.ts';
import { type Dependencies, storeFaultOf } from './platform/dependencies.ts';
import { withSafeErrors } from './platform/log.ts';
import type { OutageReporter } from './platform/outages.ts';
import { createLogCsv } from './site/activity/log-file.ts';
import { createActivityTexts } from './site/activity/entry-texts.ts';
import { type Assets, staticFiles } from './site/http/assets.ts';
import { createAuthentication } from './site/http/authentication.ts';
import { body, limitFormTime } from './site/http/body.ts';
import { createCookies } from './site/http/cookies.ts';
import { createDrafts } from './site/http/drafts.ts';
import { errorPages, notFoundPage } from './site/http/errors.ts';
import { rejectForeignRequests } from './site/http/foreign-requests.ts';
import { createFormFinder } from './site/http/form-declaration.ts';
import { visitorsGiveWay } from './site/http/give-way.ts';
import { mountHealth, type Readiness } from './site/http/health.ts';
import { guardForms, restoreInput } from './site/http/kept-input.ts';
import { language } from './site/http/language.ts';
import { createPages, pages as pageMiddleware } from './site/http/page.ts';
import { pendingSteps } from './site/http/pending-steps.ts';
import { refusalPage } from './site/http/refusal.ts';
import { requestId, requestLog } from './site/http/request-log.ts';
import { mountRoutes, rejectUnusedMethods, type Route } from './site/http/routing.ts';
import { scope } from './site/http/scope.ts';
import { securityHeaders } from './site/http/security-headers.ts';
import { session } from './site/http/session.ts';
import { closeEndedSupportSession } from './site/http/ended-support-session.ts';
import { upload, createUploadRouteFinder } from './site/http/upload.ts';
import type { RenderView } from './site/http/views.ts';
import { siteRoutes } from './site/routes.ts';
import { createUsersCsv } from './site/users/csv.ts';

/** The dependencies of the portal. Tests pass their own clocks and a fresh database. */
export interface AppParts extends Omit<CoreDependencies, 'background' | 'outputs'> {
  readonly sessionStore: Store;
  readonly translator: Translator;
  readonly render: RenderView;
  readonly assets: Assets;
  readonly readiness: Readiness;
  readonly isStopping: () => boolean;
  readonly log: Logger;
  readonly outages: OutageReporter;
  readonly dependencies: Dependencies;
}

/** Assembles the portal (composition root). Middleware is listed in the order in which it handles a request. */
export function createApp(given: AppParts): { app: Express; routes: readonly Route[]; background: JobRunner } {
  const parts = { ...given, log: withSafeErrors(given.log) };
  const { config, database, translator, render, assets, clock, log } = parts;
  const { rules, baseUrl } = config;
  const faults = {
    log,
    outages: parts.outages,
    storeFaultOf: (error: unknown) => storeFaultOf(parts.dependencies, error),
  };
  const background = createJobRunner(faults);
  const [csv, textsFor] = [createUsersCsv(translator, clock), createActivityTexts(translator, clock)];
  const outputs = {
    logCsv: createLogCsv(textsFor),
    userCells: csv,
    renderNotice: createNoticeRenderer({ signInUrl: new URL(paths.signIn, baseUrl).href, translator, render, clock }),
    linkAddress: oneTimeLinkUrls(baseUrl),
  };
  const core = createCore({ ...parts, background, outputs });
  const cookies = createCookies(config);
  const drafts = createDrafts(parts.secrets, clock);
  const pages = createPages({ config, translator, render, assets, cookies, drafts, clock });
  const answerRefusal = refusalPage(database, clock);
  const authentication = createAuthentication(core.accounts.sessions, core.support, rules, cookies);
  const routes = siteRoutes({ ...parts, core, cookies, drafts, authentication, answerRefusal, csv, textsFor });

  const uploadOf = createUploadRouteFinder(routes);
  const keptInput = { cookies, drafts, findForm: createFormFinder(routes) };
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple').set('trust proxy', config.trustProxy);
  app.use(requestId(), requestLog(log, routes), limitFormTime(), securityHeaders(config));
  mountHealth(app, parts.readiness, parts.isStopping);
  app.use(language(cookies, rules), rejectForeignRequests(baseUrl), pageMiddleware(pages));
  app.use(paths.assets, staticFiles(assets.directory));
  app.use(body(uploadOf), session(config, cookies, parts.sessionStore, parts.secrets, clock));
  app.use(authentication.middleware, visitorsGiveWay(), scope(cookies, rules, clock));
  app.use(closeEndedSupportSession(core.support, keptInput), restoreInput(keptInput), pendingSteps(keptInput));
  app.use(rejectUnusedMethods(routes), upload(uploadOf, answerRefusal), guardForms(keptInput));
  mountRoutes(app, routes, cookies, answerRefusal);
  app.use(notFoundPage(), errorPages({ ...faults, pages, keptInput }));
  return { app, routes, background };
}
