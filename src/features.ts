import type { AppParts } from './app.ts';
import type { Background } from './background.ts';
import { accountSettingsRoutes } from './features/account-settings/account-settings.routes.ts';
import { createLogExports } from './features/activity/activity.export.ts';
import { activityRoutes } from './features/activity/activity.routes.ts';
import { createActivityWords } from './features/activity/activity.words.ts';
import { approvalsFeature } from './features/approvals/approvals.parts.ts';
import { dashboardRoutes } from './features/dashboard/dashboard.routes.ts';
import { importPasswordsRoutes } from './features/imports/imports.passwords.routes.ts';
import { createImportPasswords } from './features/imports/imports.passwords.ts';
import { importsRoutes } from './features/imports/imports.routes.ts';
import { createImportRun } from './features/imports/imports.run.ts';
import { createImports } from './features/imports/imports.ts';
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
import { createRules } from './features/rules/rules.ts';
import { createKnownDevices } from './features/sessions/known-device.ts';
import { sessionsRoutes } from './features/sessions/sessions.routes.ts';
import { createSessions } from './features/sessions/sessions.ts';
import { createThrottle, type Throttle } from './features/sessions/throttle.ts';
import { setupRoutes } from './features/setup/setup.routes.ts';
import { createTenants, type Tenants } from './features/tenants/tenants.ts';
import { handOverSheet } from './features/users/hand-over-sheet.ts';
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
import { createUsers } from './features/users/users.ts';
import type { Stores } from './stores.ts';
import { createAuthentication, type Authentication } from './web/authentication.ts';
import type { Cookies } from './web/cookies.ts';
import type { AnswerRefusal, Route } from './web/routing.ts';

interface FeatureParts {
  readonly stores: Stores;
  readonly cookies: Cookies;
  readonly answerRefusal: AnswerRefusal;
  /** Takes on what a feature does beside the requests. */
  readonly background: Background;
}

// Imports are asked for as they come; this finds those of a node that died.
const importsIntervalMs = 10_000;

/** Puts the features together, each with the stores and the tools that it works with. @returns every route of the portal */
export function createFeatures(
  app: AppParts,
  parts: FeatureParts,
): { authentication: Authentication; routes: Route[] } {
  const { config, database, secrets, hasher, guesses, translator, clock, log } = app;
  const { stores, cookies, answerRefusal, background } = parts;
  const { rules } = config;
  const throttle = createThrottle(database, rules);
  const devices = createKnownDevices(secrets);
  const passwords = createPasswords({ stores, hasher, guesses, throttle, clock });
  const users = createUsers({ stores, hasher, throttle, clock });
  const tenants = createTenants({ stores, hasher, rules, clock });
  const sessions = createSessions({ stores, hasher, throttle, devices, clock, log });
  const authentication = createAuthentication(sessions, rules);
  const sheet = handOverSheet(config, translator, clock);
  const wordsFor = createActivityWords(translator, clock);
  const exports = createLogExports({ stores, throttle, wordsFor, clock });
  const ownRules = createRules({ stores, regionRules: rules, clock });
  const csv = createUsersCsv(translator, clock);
  const usersExport = createUsersExport({ stores, csv, translator, clock });
  const approvals = approvalsFeature({
    ...{ stores, users, usersExport, throttle, tenants, sheet, answerRefusal, clock },
    ...{ logExports: exports, rules: ownRules, regionRules: rules },
  });
  background.add(approvals.work);
  const routes = [
    ...sessionsRoutes({ config, stores, authentication, cookies }),
    ...passwordsRoutes({ passwords, authentication, devices, cookies, log }),
    ...dashboardRoutes({ stores, wordsFor, clock }),
    ...accountSettingsRoutes({ stores, regionRules: rules }),
    ...activityRoutes({ stores, exports, wordsFor, clock }),
    ...rulesRoutes({ stores, regionRules: rules, rules: ownRules }),
    ...addUserRoutes({ stores, addUser: createUserAdder({ stores, hasher, clock }), sheet, answerRefusal }),
    ...bulkRoutes({
      ...{ stores, sheet, answerRefusal, clock },
      change: createBulkChange({ stores, clock }),
      reset: createBulkReset({ stores, hasher, throttle, clock }),
    }),
    ...importsAndExports(app, parts, { throttle, csv, usersExport }),
    ...approvals.routes,
    ...usersRoutes({ stores, users, sheet, answerRefusal, clock }),
    ...userChangesRoutes({ stores, users, changes: createUserChanges({ stores, clock }), answerRefusal, clock }),
    ...profileRoutes({ stores, sessions, clock }),
    ...noticesAndPersonalData(app, parts, { throttle, tenants }),
    ...preferencesRoutes({ stores, cookies, origin: config.baseUrl.origin, rules }),
    ...setupRoutes({ stores, tenants, passwords, hasher, rules }),
  ];
  return { authentication, routes };
}

/** Users as files: those that come in are worked through beside the requests. */
function importsAndExports(
  app: AppParts,
  { stores, background }: FeatureParts,
  { throttle, csv, usersExport }: { throttle: Throttle; csv: UsersCsv; usersExport: UsersExport },
): Route[] {
  const { config, hasher, translator, clock, log } = app;
  const imports = createImports({ stores, csv, throttle, clock });
  const passwords = createImportPasswords({ stores, hasher, throttle, clock });
  const run = createImportRun({ stores, hasher, rules: config.rules, clock, log });
  const wake = background.add({ name: 'Imports', everyMs: importsIntervalMs, run });
  return [
    ...importsRoutes({ stores, imports, passwords, csv, translator, wake }),
    ...importPasswordsRoutes({ imports, passwords, translator }),
    ...exportUsersRoutes({ stores, throttle, users: usersExport }),
  ];
}

/** What people are told of themselves, by mail and on demand, and how they are forgotten. */
function noticesAndPersonalData(
  app: AppParts,
  { stores, answerRefusal, background }: FeatureParts,
  { throttle, tenants }: { throttle: Throttle; tenants: Tenants },
): Route[] {
  const { config, translator, render, clock, log } = app;
  const { rules, baseUrl } = config;
  const transport = config.mail === null ? null : createTransport(config.mail);
  background.add(sendNotices({ stores, transport, baseUrl, translator, render, clock, log }));
  const { operatorScope } = tenants;
  const erasure = createErasure({ stores, throttle, rules, operatorScope, transport, clock });
  background.add(erasure.purge);
  const personalData = createPersonalData({ stores, clock });
  return personalDataRoutes({ personalData, erasure, throttle, answerRefusal, clock });
}
