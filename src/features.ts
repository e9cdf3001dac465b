import type { AppParts } from './app.ts';
import type { Background } from './background.ts';
import { accountSettingsRoutes } from './features/account-settings/account-settings.routes.ts';
import { createLogExports, type LogExports } from './features/activity/activity.export.ts';
import { activityRoutes } from './features/activity/activity.routes.ts';
import { createActivityWords } from './features/activity/activity.words.ts';
import { askRoutes } from './features/approvals/approvals.ask.routes.ts';
import { lapseApprovals } from './features/approvals/approvals.lapse.ts';
import { performRoutes } from './features/approvals/approvals.perform.routes.ts';
import { createPerform } from './features/approvals/approvals.perform.ts';
import { approvalsRoutes } from './features/approvals/approvals.routes.ts';
import { createApprovals } from './features/approvals/approvals.ts';
import { dashboardRoutes } from './features/dashboard/dashboard.routes.ts';
import { importPasswordsRoutes } from './features/imports/imports.passwords.routes.ts';
import { createImportPasswords } from './features/imports/imports.passwords.ts';
import { importsRoutes } from './features/imports/imports.routes.ts';
import { createImportRun } from './features/imports/imports.run.ts';
import { createImports } from './features/imports/imports.ts';
import { linksRoutes } from './features/links/links.routes.ts';
import { createLinkThrottle } from './features/links/links.throttle.ts';
import { createLinkTokens, type LinkTokens } from './features/links/links.tokens.ts';
import { createLinks, type Links } from './features/links/links.ts';
import { createRecovery } from './features/links/recovery.ts';
import { recoveryRoutes } from './features/links/recovery.routes.ts';
import { createWaysIn, type WaysIn } from './features/links/ways-in.ts';
import { sendNotices } from './features/notices/notices.ts';
import { createTransport } from './features/notices/notices.transport.ts';
import { passwordsRoutes } from './features/passwords/passwords.routes.ts';
import { createPasswords } from './features/passwords/passwords.ts';
import { createErasure } from './features/personal-data/erasure.ts';
import { personalDataRoutes } from './features/personal-data/personal-data.routes.ts';
import { createPersonalData } from './features/personal-data/personal-data.ts';
import { preferencesRoutes } from './features/preferences/preferences.routes.ts';
import { profileRoutes } from './features/profile/profile.routes.ts';
import { rulesRoutes } from './features/rules/rules.routes.ts';
import { createRules, type RulesFeature } from './features/rules/rules.ts';
import { createKnownDevices } from './features/sessions/known-device.ts';
import { sessionsRoutes } from './features/sessions/sessions.routes.ts';
import { createSessions } from './features/sessions/sessions.ts';
import { createThrottle, type Throttle } from './features/sessions/throttle.ts';
import { setupRoutes } from './features/setup/setup.routes.ts';
import { createSupport, type Support } from './features/support/support.ts';
import { supportRoutes } from './features/support/support.routes.ts';
import { createTenants, type Tenants } from './features/tenants/tenants.ts';
import { handOverSheet, type HandOverSheet } from './features/users/hand-over-sheet.ts';
import { addUserRoutes } from './features/users/users.add.routes.ts';
import { createUserAdder } from './features/users/users.add.ts';
import { userChangesRoutes } from './features/users/users.changes.routes.ts';
import { createBulkReset } from './features/users/users.bulk-reset.ts';
import { bulkRoutes } from './features/users/users.bulk.routes.ts';
import { createBulkChange } from './features/users/users.bulk.ts';
import { createUserChanges } from './features/users/users.changes.ts';
import { createUsersCsv, type UsersCsv } from './features/users/users.csv.ts';
import { exportUsersRoutes } from './features/users/users.export.routes.ts';
import { createUsersExport, type UsersExport } from './features/users/users.export.ts';
import { usersRoutes } from './features/users/users.routes.ts';
import { createUsers, type Users } from './features/users/users.ts';
import type { Stores } from './stores.ts';
import { createAuthentication, type Authentication } from './web/authentication.ts';
import type { Cookies } from './web/cookies.ts';
import { logFiles } from './web/log-file.ts';
import type { AnswerRefusal, Route } from './web/routing.ts';

interface FeatureParts {
  readonly stores: Stores;
  readonly cookies: Cookies;
  readonly answerRefusal: AnswerRefusal;
  /** Takes on what a feature does beside the requests. */
  readonly background: Background;
}

/** What files of users are made and read with. */
interface Files {
  readonly throttle: Throttle;
  readonly waysIn: WaysIn;
  readonly csv: UsersCsv;
  readonly usersExport: UsersExport;
}

/** What acts that two decide together are done with. */
interface Deciding extends Omit<Files, 'csv'> {
  readonly users: Users;
  readonly tenants: Tenants;
  readonly sheet: HandOverSheet;
  readonly exports: LogExports;
  readonly ownRules: RulesFeature;
}

// Imports are asked for as they come; this finds those of a node that died.
const importsIntervalMs = 10_000;

/** Puts the features together, each with the stores and the tools that it works with. @returns every route of the portal */
export function createFeatures(
  app: AppParts,
  parts: FeatureParts,
): { authentication: Authentication; support: Support; routes: Route[] } {
  const { config, database, secrets, hasher, guesses, translator, clock, log } = app;
  const { stores, cookies, answerRefusal, background } = parts;
  const { rules } = config;
  const throttle = createThrottle(database, rules);
  const devices = createKnownDevices(secrets);
  const passwords = createPasswords({ stores, hasher, guesses, throttle, clock });
  const tokens = createLinkTokens(secrets, config.baseUrl);
  const waysIn = createWaysIn({ hasher, tokens, canMail: config.mail !== null, clock });
  const users = createUsers({ stores, waysIn, throttle, clock });
  const tenants = createTenants({ stores, hasher, rules, clock });
  const sessions = createSessions({ stores, hasher, throttle, devices, clock, log });
  const support = createSupport({ stores, rules, operatorScope: tenants.operatorScope, clock });
  background.add(support.expiry);
  const authentication = createAuthentication(sessions, support, rules);
  const links = createLinks({ stores, hasher, tokens, sessions, clock });
  const sheet = handOverSheet(config, translator, clock);
  const wordsFor = createActivityWords(translator, clock);
  const exports = createLogExports({ stores, throttle, wordsFor, clock });
  const ownRules = createRules({ stores, regionRules: rules, clock });
  const csv = createUsersCsv(translator, clock);
  const usersExport = createUsersExport({ stores, csv, translator, clock });
  const routes = [
    ...sessionsRoutes({ config, stores, authentication, cookies }),
    ...passwordsRoutes({ passwords, links, authentication, devices, cookies, log }),
    ...dashboardRoutes({ stores, support, wordsFor, clock }),
    ...accountSettingsRoutes({ stores, regionRules: rules }),
    ...supportRoutes({ stores, support, regionRules: rules, clock }),
    ...activityRoutes({ stores, exports, wordsFor, clock }),
    ...rulesRoutes({ stores, regionRules: rules, rules: ownRules }),
    ...addUserRoutes({ stores, addUser: createUserAdder({ stores, waysIn }), waysIn, sheet, answerRefusal }),
    ...bulkRoutes({
      ...{ stores, waysIn, sheet, answerRefusal, clock },
      change: createBulkChange({ stores, clock }),
      reset: createBulkReset({ stores, waysIn, throttle, clock }),
    }),
    ...importsAndExports(app, parts, { throttle, waysIn, csv, usersExport }),
    ...approvalsOf(app, parts, { users, usersExport, throttle, tenants, waysIn, sheet, exports, ownRules }),
    ...usersRoutes({ stores, users, waysIn, sheet, answerRefusal, clock }),
    ...userChangesRoutes({
      ...{ stores, users, links, waysIn, answerRefusal, clock },
      changes: createUserChanges({ stores, clock }),
    }),
    ...linksAndRecovery(app, parts, { authentication, links, tokens }),
    ...profileRoutes({ stores, sessions, clock }),
    ...noticesAndPersonalData(app, parts, { throttle, tenants, links }),
    ...preferencesRoutes({ stores, cookies, origin: config.baseUrl.origin, rules }),
    ...setupRoutes({ stores, tenants, passwords, hasher, rules }),
  ];
  return { authentication, support, routes };
}

/** Users as files: those that come in are worked through beside the requests. */
function importsAndExports(
  app: AppParts,
  { stores, background }: FeatureParts,
  { throttle, waysIn, csv, usersExport }: Files,
): Route[] {
  const { config, hasher, translator, clock, log } = app;
  const imports = createImports({ stores, csv, throttle, clock });
  const passwords = createImportPasswords({ stores, waysIn, hasher, throttle, clock });
  const run = createImportRun({ stores, hasher, rules: config.rules, clock, log });
  const wake = background.add({ name: 'Imports', everyMs: importsIntervalMs, run });
  return [
    ...importsRoutes({ stores, imports, passwords, waysIn, csv, translator, wake }),
    ...importPasswordsRoutes({ imports, passwords, waysIn, translator }),
    ...exportUsersRoutes({ stores, throttle, users: usersExport }),
  ];
}

/** What two administrators decide together. */
function approvalsOf(app: AppParts, { stores, answerRefusal, background }: FeatureParts, features: Deciding): Route[] {
  const { config, clock } = app;
  const { exports: logExports, ownRules, usersExport, tenants, waysIn, sheet } = features;
  const approvals = createApprovals({ stores, clock });
  const perform = createPerform({ ...features, stores, approvals, logExports, rules: ownRules, clock });
  background.add(lapseApprovals({ stores, tenants, clock }));
  return [
    // First the page for a new request: its address could be that of one.
    ...askRoutes({ stores, approvals, regionRules: config.rules, answerRefusal }),
    ...approvalsRoutes({ stores, approvals, waysIn, answerRefusal, clock }),
    ...performRoutes({ perform, usersExport, logExports, sheet, sendLog: logFiles(clock), answerRefusal }),
  ];
}

/** The ways in without a password: what others hand over, and what users ask for alone. */
function linksAndRecovery(
  { config, database, clock, log }: AppParts,
  { stores, cookies, background }: FeatureParts,
  { authentication, links, tokens }: { authentication: Authentication; links: Links; tokens: LinkTokens },
): Route[] {
  const throttle = createLinkThrottle(database);
  const recovery = createRecovery({ stores, tokens, throttle, clock, log });
  const wake = background.add(recovery.work);
  return [
    ...linksRoutes({ links, throttle, authentication, cookies, rules: config.rules }),
    ...recoveryRoutes({ config, stores, recovery, wake }),
  ];
}

/** What people are told of themselves, by mail and on demand, and how they are forgotten. */
function noticesAndPersonalData(
  app: AppParts,
  { stores, answerRefusal, background }: FeatureParts,
  { throttle, tenants, links }: { throttle: Throttle; tenants: Tenants; links: Links },
): Route[] {
  const { config, translator, render, clock, log } = app;
  const { rules, baseUrl } = config;
  const transport = config.mail === null ? null : createTransport(config.mail);
  background.add(
    sendNotices({ stores, linkFor: links.addressToSend, transport, baseUrl, translator, render, clock, log }),
  );
  const { operatorScope } = tenants;
  const erasure = createErasure({ stores, throttle, rules, operatorScope, transport, clock });
  background.add(erasure.purge);
  const personalData = createPersonalData({ stores, clock });
  return personalDataRoutes({ personalData, erasure, throttle, answerRefusal, clock });
}
