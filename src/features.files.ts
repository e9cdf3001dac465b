import type { AppParts } from './app.ts';
import type { Background } from './platform/jobs.ts';
import type { LogExports } from './core/activity/export.ts';
import { askRoutes } from './site/approvals/ask.routes.ts';
import { lapseApprovals } from './core/approvals/lapse.ts';
import { performRoutes } from './site/approvals/perform.routes.ts';
import { createPerform } from './core/approvals/perform.ts';
import { approvalsRoutes } from './site/approvals/approvals.routes.ts';
import { createApprovals } from './core/approvals/approvals.ts';
import { importPasswordsRoutes } from './site/imports/passwords.routes.ts';
import { createImportPasswords } from './core/imports/passwords.ts';
import { importsRoutes } from './site/imports/imports.routes.ts';
import { createImportRun } from './core/imports/run.ts';
import { createImports } from './core/imports/imports.ts';
import { rulesRoutes } from './site/rules/rules.routes.ts';
import { createRules, type RulesFeature } from './core/accounts/tenants/tenant-rules.ts';
import { createUsersCsv, type UsersCsv } from './site/users/csv.ts';
import { exportUsersRoutes } from './site/users/export.routes.ts';
import { createUsersFile, type UsersFile } from './site/users/export.ts';
import type { WaysIn } from './core/accounts/links/hand-over.ts';
import type { Throttle } from './core/accounts/throttles/throttle.ts';
import type { Tenants } from './core/accounts/tenants/tenants.ts';
import type { HandOverSheet } from './site/users/hand-over-sheet.ts';
import type { Users } from './core/accounts/users/reset-password.ts';
import type { Cookies } from './site/http/cookies.ts';
import { logFiles } from './site/activity/log-file.ts';
import type { AnswerRefusal, Route } from './site/http/routing.ts';
import type { Database } from './platform/database/database.ts';

export interface FeatureParts {
  readonly database: Database;
  readonly cookies: Cookies;
  readonly answerRefusal: AnswerRefusal;
  /** Takes on what a feature does beside the requests. */
  readonly background: Background;
}

/** What files, rules and approvals have from the other features. */
interface Given {
  readonly users: Users;
  readonly throttle: Throttle;
  readonly tenants: Tenants;
  readonly waysIn: WaysIn;
  readonly sheet: HandOverSheet;
  readonly exports: LogExports;
}

interface Files {
  readonly csv: UsersCsv;
  readonly usersFile: UsersFile;
}

// Imports are asked for as they come; this finds those of a node that died.
const importsIntervalMs = 10_000;

/** Users as files, a tenant's own rules, and what two administrators decide, of these as of people. */
export function filesAndApprovals(app: AppParts, parts: FeatureParts, given: Given): Route[] {
  const { config, translator, clock } = app;
  const { database } = parts;
  const csv = createUsersCsv(translator, clock);
  const usersFile = createUsersFile({ database, csv, translator });
  const rules = createRules({ database, regionRules: config.rules, clock });
  return [
    ...rulesRoutes({ database, regionRules: config.rules, rules }),
    ...importsAndExports(app, parts, { ...given, csv, usersFile }),
    ...approvalsOf(app, parts, { ...given, usersFile, rules }),
  ];
}

/** Users as files: those that come in are worked through beside the requests. */
function importsAndExports(
  app: AppParts,
  { database, background }: FeatureParts,
  { throttle, waysIn, csv, usersFile }: Given & Files,
): Route[] {
  const { config, hasher, translator, clock, log } = app;
  const imports = createImports({ database, csv, throttle, clock });
  const passwords = createImportPasswords({ database, waysIn, hasher, throttle, clock });
  const run = createImportRun({ database, hasher, rules: config.rules, clock, log });
  const wake = background.add({ name: 'Imports', everyMs: importsIntervalMs, run });
  return [
    ...importsRoutes({ database, imports, passwords, waysIn, csv, translator, wake }),
    ...importPasswordsRoutes({ imports, passwords, waysIn, translator }),
    ...exportUsersRoutes({ database, throttle, usersFile, clock: app.clock }),
  ];
}

function approvalsOf(
  { config, clock }: AppParts,
  { database, answerRefusal, background }: FeatureParts,
  given: Given & Pick<Files, 'usersFile'> & { readonly rules: RulesFeature },
): Route[] {
  const { exports: logExports, usersFile, tenants, throttle, waysIn, sheet } = given;
  const approvals = createApprovals({ database, clock });
  const perform = createPerform({ ...given, database, approvals, logExports, clock });
  background.add(lapseApprovals({ database, tenants, clock }));
  return [
    // First the page for a new request: its address could be that of one.
    ...askRoutes({ database, approvals, throttle, regionRules: config.rules, answerRefusal }),
    ...approvalsRoutes({ database, approvals, waysIn, answerRefusal, clock }),
    ...performRoutes({ perform, usersFile, logExports, sheet, sendLog: logFiles(clock), answerRefusal }),
  ];
}
