import type { Logger } from 'pino';
import type { Core } from '../core/core.ts';
import type { Translator } from '../i18n/translator.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import { paths } from './http/paths.ts';
import { accountSettingsRoutes } from './account-settings/account-settings.routes.ts';
import { activityRoutes } from './activity/activity.routes.ts';
import { createLogSender } from './activity/log-file.ts';
import type { ActivityTextsFor } from './activity/entry-texts.ts';
import { approvalsRoutes } from './approvals/approvals.routes.ts';
import { newApprovalRoutes } from './approvals/new-approval.routes.ts';
import { performRoutes } from './approvals/perform.routes.ts';
import { dashboardRoutes } from './dashboard/dashboard.routes.ts';
import type { Authentication } from './http/authentication.ts';
import type { Cookies } from './http/cookies.ts';
import type { Drafts } from './http/drafts.ts';
import type { AnswerRefusal, Route } from './http/routing.ts';
import { importPasswordsRoutes } from './imports/passwords.routes.ts';
import { importsRoutes } from './imports/imports.routes.ts';
import { rejectedRowsRoutes } from './imports/rejected.routes.ts';
import { linksRoutes } from './links/links.routes.ts';
import { recoveryRoutes } from './links/recovery.routes.ts';
import { passwordsRoutes } from './passwords/passwords.routes.ts';
import { personalDataRoutes } from './personal-data/personal-data.routes.ts';
import { preferencesRoutes } from './preferences/preferences.routes.ts';
import { profileRoutes } from './profile/profile.routes.ts';
import { rulesRoutes } from './rules/rules.routes.ts';
import { responsibilitiesRoutes } from './rules/responsibilities.routes.ts';
import { signInCodeRoutes } from './second-factor/sign-in-code.routes.ts';
import { removeSecondFactorRoutes } from './second-factor/remove-second-factor.routes.ts';
import { ownSecondFactorRoutes } from './second-factor/own-second-factor.routes.ts';
import { setUpRoutes } from './set-up/set-up.routes.ts';
import { emailLinkRoutes } from './sign-in/email-link.routes.ts';
import { signInRoutes } from './sign-in/sign-in.routes.ts';
import { supportRoutes } from './support/support.routes.ts';
import type { NameOrder } from '../domain/people/user.ts';
import type { Language } from '../domain/regions.ts';
import { addUserRoutes } from './users/add.routes.ts';
import { bulkRoutes } from './users/bulk.routes.ts';
import type { UsersCsv } from './users/csv.ts';
import { userRoutes } from './users/user.routes.ts';
import { exportUsersRoutes } from './users/export.routes.ts';
import { createUsersFile } from './users/users-file.ts';
import { handoverSheetFactory } from './users/handover.ts';
import { resetPasswordRoutes } from './users/reset-password.routes.ts';
import { userActionsRoutes } from './users/actions.routes.ts';
import { userListRoutes } from './users/list.routes.ts';
import type { Hasher } from '../platform/keys/hasher.ts';

export interface SiteDependencies {
  readonly core: Core;
  readonly config: Config;
  readonly database: Database;
  readonly hasher: Hasher;
  readonly translator: Translator;
  readonly cookies: Cookies;
  readonly drafts: Drafts;
  readonly authentication: Authentication;
  readonly answerRefusal: AnswerRefusal;
  /** Converts users to and from CSV rows. */
  readonly csv: UsersCsv;
  readonly textsFor: ActivityTextsFor;
  /** Returns the current time in epoch milliseconds. */
  readonly clock: () => number;
  readonly log: Logger;
}

/** @returns all routes of the site, in the order in which they are matched */
export const siteRoutes = (deps: SiteDependencies): readonly Route[] => [
  ...signInPages(deps),
  ...ownPages(deps),
  ...accountSettingsPages(deps),
  ...filePages(deps),
  ...approvalPages(deps),
  ...userPages(deps),
];

/** The pages for sign-in, one-time links, recovery, password changes and the second factor. */
function signInPages({
  core,
  config,
  database,
  hasher,
  cookies,
  authentication,
  drafts,
  clock,
  log,
}: SiteDependencies): Route[] {
  const { passwords, links, devices, recovery, secondFactor, tenants } = core.accounts;
  const { rules } = config;
  return [
    ...signInRoutes({ config, database, authentication, cookies, drafts }),
    ...emailLinkRoutes({ config, recovery }),
    ...passwordsRoutes({ passwords, links, authentication, devices, cookies, drafts, log }),
    ...linksRoutes({ links, throttle: recovery.throttle, authentication, cookies, rules }),
    ...recoveryRoutes({ config, database, cookies, recovery }),
    ...setUpRoutes({ database, tenants, passwords, hasher, rules }),
    ...signInCodeRoutes({ giveCode: secondFactor.submitCode, authentication, cookies, drafts }),
    ...ownSecondFactorRoutes({
      secondFactor: secondFactor.secondFactor,
      offer: secondFactor.enrollment,
      authentication,
      devices,
      cookies,
      drafts,
      clock,
      issuer: `Parvis ${config.baseUrl.hostname}`,
      address: new URL(paths.signIn, config.baseUrl).href,
    }),
  ];
}

/** The dashboard, the profile, and the pages for personal data and preferences. */
function ownPages({ core, config, database, cookies, answerRefusal, textsFor, clock }: SiteDependencies): Route[] {
  const { support, personalData, erasure } = core;
  const { sessions, throttle } = core.accounts;
  const { baseUrl, rules } = config;
  return [
    ...dashboardRoutes({ database, support, textsFor, clock }),
    ...profileRoutes({ database, sessions, clock }),
    ...personalDataRoutes({ database, personalData, erasure, throttle, answerRefusal, clock }),
    ...preferencesRoutes({ database, cookies, origin: baseUrl.origin, rules }),
  ];
}

function accountSettingsPages(deps: SiteDependencies): Route[] {
  const { core, config, database, drafts, answerRefusal, textsFor, clock } = deps;
  const { accounts, support, logExports } = core;
  const regionRules = config.rules;
  return [
    ...accountSettingsRoutes({ database, regionRules }),
    ...supportRoutes({ database, support, drafts, regionRules, answerRefusal, clock }),
    ...activityRoutes({ database, exports: logExports, textsFor, clock }),
    ...responsibilitiesRoutes(regionRules),
    ...rulesRoutes({ database, regionRules, rules: accounts.rules }),
  ];
}

/** The pages that import and export users. */
function filePages({ core, database, translator, csv, clock }: SiteDependencies): Route[] {
  const { throttle, credentialIssuer } = core.accounts;
  const { imports, passwords, wake } = core.imports;
  return [
    ...importsRoutes({ database, imports, passwords, credentialIssuer, csv, translator, wake }),
    ...rejectedRowsRoutes({ database, imports, csv, translator }),
    ...importPasswordsRoutes({ imports, passwords, credentialIssuer, translator }),
    ...exportUsersRoutes({ database, throttle, sendUsersFile: createUsersFile({ database, csv, translator }), clock }),
  ];
}

function approvalPages(deps: SiteDependencies): Route[] {
  const { core, config, database, translator, answerRefusal, csv, clock } = deps;
  const { approvals, perform } = core.approvals;
  const { throttle, credentialIssuer } = core.accounts;
  const sendUsersFile = createUsersFile({ database, csv, translator });
  const sheet = handoverSheetFactory(config, translator, clock);
  return [
    // These must precede the routes of a single request, whose path would also match `new`.
    ...newApprovalRoutes({ database, approvals, throttle, regionRules: config.rules, answerRefusal }),
    ...approvalsRoutes({ database, approvals, credentialIssuer, answerRefusal, clock }),
    ...performRoutes({
      perform,
      sendUsersFile,
      logExports: core.logExports,
      sheet,
      sendLog: createLogSender(clock),
      answerRefusal,
    }),
  ];
}

/** The pages of user management. Fixed paths precede the path of a single user, which would match them too. */
function userPages({ core, config, database, translator, answerRefusal, clock }: SiteDependencies): Route[] {
  const {
    users,
    addUser,
    userActions: changes,
    bulkChange,
    bulkReset,
    removeSecondFactor,
    credentialIssuer,
    links,
  } = core.accounts;
  const sheet = handoverSheetFactory(config, translator, clock);
  // A form may contain any language. Core rejects those that the region does not offer.
  const nameOrderOf = (language: Language): NameOrder => config.languages.get(language)?.nameOrder ?? 'givenFirst';
  return [
    ...addUserRoutes({ database, addUser, credentialIssuer, sheet, answerRefusal, nameOrderOf }),
    ...bulkRoutes({ database, credentialIssuer, sheet, answerRefusal, clock, change: bulkChange, reset: bulkReset }),
    ...userListRoutes({ database, clock }),
    ...resetPasswordRoutes({ database, users, credentialIssuer, sheet, answerRefusal }),
    ...userActionsRoutes({ database, users, changes, answerRefusal, clock }),
    ...userRoutes({ database, users, changes, links, credentialIssuer, answerRefusal, nameOrderOf, clock }),
    ...removeSecondFactorRoutes({ database, users, removeSecondFactor, answerRefusal }),
  ];
}
