import path from 'node:path';
import type { RegionRules } from '../../domain/regions.ts';
import { environment, type Environment } from './environment.ts';
import { mailOf, type MailConfig } from './mail.ts';
import { valueHints } from './value-hints.ts';
import { listLanguages, readLanguages, type Languages } from './languages.ts';
import { builtInRulesFile, readRules } from './rules.ts';

export type DatabaseConfig =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

/** The configuration from environment variables, read once and frozen. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly baseUrl: URL;
  readonly rules: RegionRules;
  /** All languages with a translation folder, including those in LOCALES_DIR. */
  readonly languages: Languages;
  /** The URLs of the regions to which this region can redirect users, including its own URL. */
  readonly regionUrls: ReadonlyMap<string, URL>;
  readonly dataDirectory: string;
  readonly database: DatabaseConfig;
  readonly redisUrl: string | null;
  /**
   * The first secret signs sessions; any of the secrets can verify them. If empty, a secret is generated and stored in
   * the data directory.
   */
  readonly sessionSecrets: readonly string[];
  /**
   * The first key encrypts TOTP seeds; any of the keys can decrypt them. If empty, a key is generated and stored in the
   * data directory.
   */
  readonly secondFactorKeys: readonly string[];
  /** The number of reverse proxies that are trusted to report the client's address. */
  readonly trustProxy: number;
  readonly mail: MailConfig | null;
  /** The durations of the phases of a graceful stop; see `StopTimes` of the HTTP server. */
  readonly stopTimes: { readonly noticeMs: number; readonly graceMs: number };
  readonly logLevel: string;
}

export type ConfigResult = { config: Config; faults: [] } | { config: null; faults: string[] };

/**
 * Reads the configuration from environment variables.
 * @param variables such as `process.env`; empty values are treated as unset
 * @returns the frozen configuration, or all errors, one line each and without secrets
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
  const parsed = environment.safeParse(given);
  const hints = valueHints(given, Object.keys(environment.shape));
  const faults = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
  faults.push(...missingSettings(given));
  const region = given.REGION ?? 'worldwide';
  const { languages, faults: inLocales } = readLanguages(given.LOCALES_DIR ?? null);
  faults.push(...inLocales);
  const rules = readRegion(region, given, faults);
  const { baseUrl, urls } = readAddresses(given);
  const own = urls.get(region);
  if (own && baseUrl && own.origin !== baseUrl.origin)
    faults.push(`REGION_URLS: the URL of ${region} must equal BASE_URL`);
  if (!parsed.success || rules === null || baseUrl === null || faults.length + hints.size > 0)
    return { config: null, faults: withHints(faults, hints) };
  urls.set(rules.region, baseUrl);
  return { config: assemble(parsed.data, { baseUrl, rules, languages, urls }), faults: [] };
}

// The hint is more precise than the other errors for the same variable.
const withHints = (faults: readonly string[], hints: ReadonlyMap<string, string>): string[] => [
  ...faults.filter((fault) => !hints.has(fault.slice(0, fault.indexOf(':')))),
  ...[...hints].map(([name, hint]) => `${name}: ${hint}`),
];

/** @returns an error for each missing setting that another setting requires */
function missingSettings(given: Readonly<Record<string, string>>): string[] {
  const faults: string[] = [];
  // With PostgreSQL, several processes share sessions, so they need a common secret.
  if (given.DATABASE_URL?.startsWith('postgres') && given.SESSION_SECRETS === undefined) {
    faults.push('SESSION_SECRETS: is required with PostgreSQL');
  }
  if (given.SMTP_URL?.startsWith('smtp') && given.MAIL_FROM === undefined) {
    faults.push('MAIL_FROM: is required with SMTP_URL');
  }
  return faults;
}

// Parsed separately, so that an error in another setting does not hide a mismatch between BASE_URL and REGION_URLS.
function readAddresses(given: Readonly<Record<string, string>>): { baseUrl: URL | null; urls: Map<string, URL> } {
  const { PORT, BASE_URL, REGION_URLS } = environment.shape;
  const urls = new Map(REGION_URLS.safeParse(given.REGION_URLS).data);
  const chosen = BASE_URL.safeParse(given.BASE_URL);
  const port = PORT.safeParse(given.PORT);
  if (!chosen.success || !port.success) return { baseUrl: chosen.data ?? null, urls };
  return { baseUrl: chosen.data ?? new URL(`http://localhost:${port.data}`), urls };
}

function readRegion(id: string, given: Readonly<Record<string, string>>, faults: string[]): RegionRules | null {
  const languages = listLanguages(given.LOCALES_DIR ?? null);
  const file = given.REGION_RULES ?? builtInRulesFile(id);
  if (file === null) {
    faults.push(`REGION: "${id}" has no built-in rules; set REGION_RULES to a rules file`);
    return null;
  }
  const { rules, faults: inFile } = readRules(file, languages);
  faults.push(...inFile.map((fault) => `REGION_RULES: ${file}: ${fault}`));
  if (rules !== null && rules.region !== id) {
    faults.push(`REGION_RULES: ${file} is for the region "${rules.region}", but REGION is "${id}"`);
  }
  // A built-in region also offers the languages that the operator adds. A custom rules file lists its languages itself.
  return rules === null || given.REGION_RULES !== undefined ? rules : withLanguages(rules, languages);
}

const withLanguages = (rules: RegionRules, languages: readonly string[]): RegionRules =>
  Object.freeze({ ...rules, languages: Object.freeze([...rules.languages, ...addedTo(languages)]) });

const addedTo = (languages: readonly string[]): string[] => {
  const builtIn = listLanguages(null);
  return languages.filter((tag) => !builtIn.includes(tag));
};

interface Assembled {
  readonly baseUrl: URL;
  readonly rules: RegionRules;
  readonly languages: Languages;
  readonly urls: ReadonlyMap<string, URL>;
}

function assemble(values: Environment, { baseUrl, rules, languages, urls }: Assembled): Config {
  const dataDirectory = path.resolve(values.DATA_DIR);
  return Object.freeze({
    host: values.HOST,
    port: values.PORT,
    baseUrl,
    rules,
    languages,
    regionUrls: urls,
    dataDirectory,
    database: databaseOf(values.DATABASE_URL, dataDirectory),
    redisUrl: values.REDIS_URL ?? null,
    sessionSecrets: Object.freeze(values.SESSION_SECRETS ?? []),
    secondFactorKeys: Object.freeze(values.SECOND_FACTOR_KEYS ?? defaultSecondFactorKeys(values)),
    trustProxy: values.TRUST_PROXY,
    mail: mailOf({
      url: values.SMTP_URL,
      from: values.MAIL_FROM,
      embedded: values.DATABASE_URL === undefined,
      dataDirectory,
      hostname: baseUrl.hostname,
    }),
    stopTimes: {
      noticeMs: values.STOP_NOTICE_SECONDS * 1_000,
      graceMs: values.STOP_GRACE_SECONDS * 1_000,
    },
    logLevel: values.LOG_LEVEL,
  });
}

// With PostgreSQL, all processes need the same keys, which default to the session secrets that they share.
const defaultSecondFactorKeys = ({ DATABASE_URL, SESSION_SECRETS }: Environment): readonly string[] =>
  DATABASE_URL?.startsWith('postgres') ? (SESSION_SECRETS ?? []) : [];

function databaseOf(url: string | undefined, dataDirectory: string): DatabaseConfig {
  if (url === undefined) return { kind: 'sqlite', file: path.join(dataDirectory, 'parvis.sqlite') };
  return url.startsWith('sqlite:')
    ? { kind: 'sqlite', file: path.resolve(url.slice('sqlite:'.length)) }
    : { kind: 'postgres', url };
}
