import type { AppParts } from './app.ts';
import { filesAndApprovals, type FeatureParts } from './features.files.ts';
import { accountSettingsRoutes } from './site/account-settings/account-settings.routes.ts';
import { createLogExports } from './core/activity/export.ts';
import { activityRoutes } from './site/activity/activity.routes.ts';
import { logCsv } from './site/activity/csv.ts';
import { createWording } from './mail/notices.ts';
import { createActivityWords } from './site/activity/words.ts';
import { dashboardRoutes } from './site/dashboard/dashboard.routes.ts';
import { linksRoutes } from './site/links/links.routes.ts';
import { createLinkThrottle } from './core/accounts/throttles/link-throttle.ts';
import { createLinkTokens, type LinkTokens } from './core/accounts/links/tokens.ts';
import { createLinks, type Links } from './core/accounts/links/links.ts';
import { createRecovery } from './core/accounts/links/recovery.ts';
import { recoveryRoutes } from './site/links/recovery.routes.ts';
import { createWaysIn } from './core/accounts/links/hand-over.ts';
import { sendNotices } from './core/notices/send.ts';
import { createTransport } from './platform/mail-transport.ts';
import { passwordsRoutes } from './site/passwords/passwords.routes.ts';
import { createPasswords } from './core/accounts/passwords/passwords.ts';
import { createErasure } from './core/personal-data/erasure.ts';
import { personalDataRoutes } from './site/personal-data/personal-data.routes.ts';
import { createPersonalData } from './core/personal-data/personal-data.ts';
import { preferencesRoutes } from './site/preferences/preferences.routes.ts';
import { profileRoutes } from './site/profile/profile.routes.ts';
import { whereRoutes } from './site/rules/where.routes.ts';
import { createRetention } from './core/retention/retention.ts';
import { retentionSteps } from './core/retention/steps.ts';
import { createTrustedClock } from './core/retention/trusted-clock.ts';
import { createKnownDevices, type KnownDevices } from './core/accounts/sessions/known-device.ts';
import { codeRoutes } from './site/second-factor/code.routes.ts';
import { ownSecondFactorRoutes } from './site/second-factor/security.routes.ts';
import { createSecondFactorParts } from './core/accounts/second-factor/parts.ts';
import { createRemoval } from './core/accounts/second-factor/removal.ts';
import { removalRoutes } from './site/second-factor/removal.routes.ts';
import { sessionsRoutes } from './site/sign-in/sign-in.routes.ts';
import { createSessions } from './core/accounts/sessions/sessions.ts';
import { createThrottle, type Throttle } from './core/accounts/throttles/throttle.ts';
import { setupRoutes } from './site/set-up/set-up.routes.ts';
import { createSupport, type Support } from './core/support/support.ts';
import { supportRoutes } from './site/support/support.routes.ts';
import { createTenants, type Tenants } from './core/accounts/tenants/tenants.ts';
import { handOverSheet } from './site/users/hand-over-sheet.ts';
import { addUserRoutes } from './site/users/add.routes.ts';
import { createUserAdder } from './core/accounts/users/add.ts';
import { userChangesRoutes } from './site/users/user.routes.ts';
import { userEditRoutes } from './site/users/edit.routes.ts';
import { createBulkReset } from './core/accounts/users/bulk-reset.ts';
import { bulkRoutes } from './site/users/bulk.routes.ts';
import { createBulkChange } from './core/accounts/users/bulk.ts';
import { createUserChanges } from './core/accounts/users/changes.ts';
import { usersRoutes } from './site/users/users.routes.ts';
import { createUsers, type Users } from './core/accounts/users/reset-password.ts';
import { linkAddresses, paths } from './paths.ts';
import { createAuthentication, type Authentication } from './site/http/authentication.ts';
import type { Route } from './site/http/routing.ts';
import * as directoryStore from './core/directory/directory.store.ts';

/** Puts the features together, each with the stores and the tools that it works with. @returns every route of the portal */
export function createFeatures(
  app: AppParts,
  parts: FeatureParts,
): { authentication: Authentication; support: Support; routes: Route[] } {
  const { config, database, secrets, hasher, guesses, translator, clock, log } = app;
  const { cookies, answerRefusal, background } = parts;
  const { rules } = config;
  const throttle = createThrottle(database, rules);
  const devices = createKnownDevices(secrets);
  const passwords = createPasswords({ database, hasher, guesses, throttle, clock });
  const tokens = createLinkTokens(secrets, linkAddresses(config.baseUrl));
  const waysIn = createWaysIn({ hasher, tokens, canMail: config.mail !== null, clock });
  const users = createUsers({ database, waysIn, throttle, clock });
  const tenants = createTenants({
    database,
    regionOf: (domain) => directoryStore.regionOf(database, domain),
    hasher,
    rules,
    clock,
  });
  const sessions = createSessions({ database, hasher, throttle, devices, clock, log });
  const support = createSupport({ database, rules, operatorScope: tenants.operatorScope, clock });
  background.add(support.expiry);
  const authentication = createAuthentication(sessions, support, rules);
  const links = createLinks({ database, hasher, tokens, sessions, clock });
  const sheet = handOverSheet(config, translator, clock);
  const wordsFor = createActivityWords(translator, clock);
  const exports = createLogExports({ database, throttle, csv: logCsv(wordsFor), clock });
  const routes = [
    ...sessionsRoutes({ config, database, authentication, cookies }),
    ...passwordsRoutes({ passwords, links, authentication, devices, cookies, log }),
    ...dashboardRoutes({ database, support, wordsFor, clock }),
    ...accountSettingsRoutes({ database, regionRules: rules }),
    ...supportRoutes({ database, support, regionRules: rules, answerRefusal, clock }),
    ...activityRoutes({ database, exports, wordsFor, clock }),
    ...whereRoutes(rules),
    ...addUserRoutes({ database, addUser: createUserAdder({ database, waysIn, clock }), waysIn, sheet, answerRefusal }),
    ...bulkRoutes({
      ...{ database, waysIn, sheet, answerRefusal, clock },
      change: createBulkChange({ database, clock }),
      reset: createBulkReset({ database, waysIn, throttle, clock }),
    }),
    ...filesAndApprovals(app, parts, { users, throttle, tenants, waysIn, sheet, exports }),
    ...usersRoutes({ database, users, waysIn, sheet, answerRefusal, clock }),
    ...userPages({ database, users, links, waysIn, answerRefusal, clock }),
    ...secondFactors(app, parts, { throttle, users, devices, authentication }),
    ...linksAndRecovery(app, parts, { authentication, links, tokens }),
    ...profileRoutes({ database, sessions, clock }),
    ...noticesAndPersonalData(app, parts, { throttle, tenants, links }),
    ...preferencesRoutes({ database, cookies, origin: config.baseUrl.origin, rules }),
    ...setupRoutes({ database, tenants, passwords, hasher, rules }),
  ];
  return { authentication, support, routes };
}

/** The page of one user, its edit form and its buttons. */
function userPages(
  parts: Omit<Parameters<typeof userEditRoutes>[0] & Parameters<typeof userChangesRoutes>[0], 'changes'>,
) {
  const changes = createUserChanges(parts);
  // The addresses of lists come before the one that holds an id in their place.
  return [...userChangesRoutes({ ...parts, changes }), ...userEditRoutes({ ...parts, changes })];
}

/** The second factor: at the sign-in, of one's own, and as others take it away. */
function secondFactors(
  { config, secondFactorKeys, hasher, clock, log }: AppParts,
  { database, cookies, answerRefusal, background }: FeatureParts,
  tools: { throttle: Throttle; users: Users; devices: KnownDevices; authentication: Authentication },
): Route[] {
  const { throttle, users, devices, authentication } = tools;
  const { giveCode, secondFactor, offer, reseal } = createSecondFactorParts({
    ...{ database, hasher, throttle, clock, log },
    keys: secondFactorKeys,
  });
  background.add(reseal);
  const names = {
    issuer: `Parvis ${config.baseUrl.hostname}`,
    address: new URL(paths.signIn, config.baseUrl).href,
  };
  return [
    ...codeRoutes({ giveCode, authentication }),
    ...ownSecondFactorRoutes({ secondFactor, offer, authentication, devices, cookies, clock, ...names }),
    ...removalRoutes({ users, removeOf: createRemoval({ database, throttle, clock }), answerRefusal }),
  ];
}

/** The ways in without a password: what others hand over, and what users ask for alone. */
function linksAndRecovery(
  { config, database, clock, log }: AppParts,
  { cookies, background }: FeatureParts,
  { authentication, links, tokens }: { authentication: Authentication; links: Links; tokens: LinkTokens },
): Route[] {
  const throttle = createLinkThrottle(database);
  const recovery = createRecovery({ database, tokens, throttle, clock, log });
  const wake = background.add(recovery.work);
  return [
    ...linksRoutes({ links, throttle, authentication, cookies, rules: config.rules }),
    ...recoveryRoutes({ config, database, cookies, recovery, wake }),
  ];
}

/** What people are told of themselves, by mail and on demand, and how they are forgotten. */
function noticesAndPersonalData(
  app: AppParts,
  { answerRefusal, background }: FeatureParts,
  { throttle, tenants, links }: { throttle: Throttle; tenants: Tenants; links: Links },
): Route[] {
  const { config, database, translator, render, clock, monotonic, log } = app;
  const { rules, baseUrl } = config;
  const trustedClock = createTrustedClock({ database, clock, monotonic, log });
  const transport = config.mail === null ? null : createTransport(config.mail);
  const word = createWording({ baseUrl, translator, render, clock });
  background.add(
    sendNotices({
      ...{ database, word, linkFor: links.addressToSend, transport, clock, log },
      isClockTrusted: () => trustedClock.isTrusted(),
    }),
  );
  const { operatorScope } = tenants;
  const erasure = createErasure({ database, throttle, rules, operatorScope, transport, clock });
  const steps = retentionSteps({ database, rules, operatorScope, erasure });
  background.add(createRetention({ steps, trustedClock, clock, monotonic, log }));
  const personalData = createPersonalData({ database, clock });
  return personalDataRoutes({ personalData, erasure, throttle, answerRefusal, clock });
}
