import type { AppParts } from './app.ts';
import type { Background } from './background.ts';
import { accountSettingsRoutes } from './features/account-settings/account-settings.routes.ts';
import { dashboardRoutes } from './features/dashboard/dashboard.routes.ts';
import { passwordsRoutes } from './features/passwords/passwords.routes.ts';
import { createPasswords } from './features/passwords/passwords.ts';
import { preferencesRoutes } from './features/preferences/preferences.routes.ts';
import { profileRoutes } from './features/profile/profile.routes.ts';
import { rulesRoutes } from './features/rules/rules.routes.ts';
import { createRules } from './features/rules/rules.ts';
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
import { createBulkReset } from './features/users/users.bulk-reset.ts';
import { bulkRoutes } from './features/users/users.bulk.routes.ts';
import { createBulkChange } from './features/users/users.bulk.ts';
import { createUserChanges } from './features/users/users.changes.ts';
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

/** Puts the features together, each with the stores and the tools that it works with. @returns every route of the portal */
export function createFeatures(
  { config, database, secrets, hasher, guesses, translator, clock, log }: AppParts,
  { stores, cookies, answerRefusal }: FeatureParts,
): { authentication: Authentication; routes: Route[] } {
  const { rules } = config;
  const throttle = createThrottle(database, rules);
  const devices = createKnownDevices(secrets);
  const passwords = createPasswords({ stores, hasher, guesses, throttle, clock });
  const users = createUsers({ stores, hasher, throttle, clock });
  const tenants = createTenants({ stores, hasher, rules, clock });
  const sessions = createSessions({ stores, hasher, throttle, devices, clock, log });
  const authentication = createAuthentication(sessions, rules);
  const sheet = handOverSheet(config, translator, clock);
  const routes = [
    ...sessionsRoutes({ config, stores, authentication, cookies }),
    ...passwordsRoutes({ passwords, authentication, devices, cookies, log }),
    ...dashboardRoutes({ stores, clock }),
    ...accountSettingsRoutes({ stores, regionRules: rules }),
    ...rulesRoutes({ stores, regionRules: rules, rules: createRules({ stores, clock }) }),
    ...addUserRoutes({ stores, addUser: createUserAdder({ stores, hasher, clock }), sheet, answerRefusal }),
    ...bulkRoutes({
      ...{ stores, sheet, answerRefusal },
      change: createBulkChange({ stores, clock }),
      reset: createBulkReset({ stores, hasher, throttle, clock }),
    }),
    ...usersRoutes({ stores, users, sheet, answerRefusal, clock }),
    ...userChangesRoutes({ stores, users, changes: createUserChanges({ stores, clock }), answerRefusal, clock }),
    ...profileRoutes({ stores, sessions, clock }),
    ...preferencesRoutes({ stores, cookies, origin: config.baseUrl.origin, rules }),
    ...setupRoutes({ stores, tenants, passwords, hasher, rules }),
  ];
  return { authentication, routes };
}
