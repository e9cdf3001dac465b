import type { Logger } from 'pino';
import { noticesSubscriber } from '../domain/notices.ts';
import type { Config } from '../platform/config/config.ts';
import type { Database } from '../platform/database/database.ts';
import type { JobRunner } from '../platform/background-jobs.ts';
import { createTransport, maxMailConnections } from '../platform/mail-transport.ts';
import { type StrengthEstimator, createAccounts, type Accounts } from './accounts/index.ts';
import { createLogExports, deliverTo, type LogCsv } from './activity/index.ts';
import { directoryStore } from './directory/index.ts';
import { type UserCsvVocabulary, createImportsContext } from './imports/index.ts';
import { createNoticeSender, createRefusalHandler, type RenderNotice } from './notices/index.ts';
import { createErasure, createPersonalData } from './personal-data/index.ts';
import { createRetention, retentionSteps, createTrustedClock } from './retention/index.ts';
import { createSupport } from './support/index.ts';
import { createApprovalsContext } from './approvals/index.ts';
import { job } from '../domain/principal.ts';
import type { RegionRules } from '../domain/regions.ts';
import type { Scope } from '../domain/scope.ts';
import type { ScopeTenant } from '../domain/tenant.ts';
import type { Hasher } from '../platform/keys/hasher.ts';

export interface CoreDependencies {
  readonly config: Config;
  readonly database: Database;
  /** Secrets for sessions and one-time links: the first one signs, and all are accepted for verification. */
  readonly secrets: readonly string[];
  /** Keys for TOTP seeds: the first one encrypts, and all can decrypt. */
  readonly secondFactorKeys: readonly string[];
  readonly hasher: Hasher;
  readonly strengthEstimator: StrengthEstimator;
  readonly background: JobRunner;
  /** Returns the current time, epoch ms. */
  readonly clock: () => number;
  /** A monotonic clock, in ms. */
  readonly monotonic: () => number;
  readonly log: Logger;
  readonly outputs: PresentationAdapters;
}

/** Functions of the interfaces that the core calls to render messages and build URLs. */
export interface PresentationAdapters {
  readonly logCsv: LogCsv;
  readonly userCells: UserCsvVocabulary;
  readonly renderNotice: RenderNotice;
  /** @returns the URL of the one-time link with this token */
  readonly linkAddress: (token: string) => string;
}

export type Core = ReturnType<typeof createCore>;

const optimizeEveryMs = 24 * 60 * 60_000;
const trimLogEveryMs = 60_000;

/** Assembles the contexts in the order of their dependencies, and registers their background jobs. */
export function createCore(deps: CoreDependencies) {
  const { config, database, hasher, background, clock, log, outputs } = deps;
  const { rules } = config;
  const regionOf = (domain: string): Promise<string | null> => directoryStore.regionOf(database, domain);
  const accounts = createAccounts({ ...deps, regionOf, linkAddress: outputs.linkAddress });
  const { throttle, tenants } = accounts;
  const logExports = createLogExports({ database, throttle, csv: outputs.logCsv, clock });
  background.add({ name: 'Query planner statistics', everyMs: optimizeEveryMs, run: () => database.optimize() });
  background.add({ name: 'Write-ahead log', everyMs: trimLogEveryMs, run: () => database.trimLog() });
  const support = createSupport({ database, rules, scopeFor: tenants.scopeFor, clock });
  background.add(support.expiry);
  return {
    accounts,
    logExports,
    support,
    approvals: createApprovalsContext({ database, accounts, logExports, background, clock }),
    imports: createImportsContext({
      database,
      accounts,
      hasher,
      cells: outputs.userCells,
      rules,
      nameOrderOf: (language) => config.languages.get(language)?.nameOrder ?? 'givenFirst',
      background,
      clock,
      log,
    }),
    personalData: createPersonalData({ database, clock }),
    erasure: createDeletions(deps, accounts),
  };
}

/** Assembles erasure, retention and deliveries, which all depend on a trusted clock. */
function createDeletions(deps: CoreDependencies, { throttle, tenants, links }: Accounts) {
  const { config, database, background, clock, monotonic, log } = deps;
  const { rules } = config;
  const scopeOf = (tenant: ScopeTenant): Scope => tenants.scopeFor(tenant, job('retention'));
  const trustedClock = createTrustedClock({ database, clock, monotonic, log });
  const transport = config.mail === null ? null : createTransport(config.mail);
  const isClockTrusted = (): Promise<boolean> => trustedClock.isTrusted();
  const render = deps.outputs.renderNotice;
  const sender = createNoticeSender({
    database,
    render,
    linkFor: links.addressForMail,
    isClockTrusted,
    transport,
    clock,
  });
  const mailServer = sender && {
    name: 'The mail server',
    setting: 'SMTP_URL',
    concurrency: maxMailConnections,
    attempt: sender,
    refuse: createRefusalHandler({ database, scopeFor: tenants.scopeFor, clock }),
  };
  background.add(deliverTo({ database, isClockTrusted, clock, log }, noticesSubscriber.name, mailServer));
  const erasureFor = (applied: RegionRules) =>
    createErasure({ database, throttle, rules: applied, scopeOf, transport, clock });
  const stepsFor = (applied: RegionRules) =>
    retentionSteps({ database, rules: applied, scopeOf, erasure: erasureFor(applied) });
  background.add(createRetention({ database, rules, stepsFor, trustedClock, clock, monotonic, log }));
  return erasureFor(rules);
}
