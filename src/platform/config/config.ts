import path from 'node:path';
import { z } from 'zod';
import type { RegionRules } from '../../domain/regions.ts';
import { mailFrom, mailOf, smtpUrl, type MailConfig } from './mail.ts';
import { listLanguages, readLanguages, type Languages } from './languages.ts';
import { builtInRulesFile, readRules } from './rules.ts';

export type DatabaseConfig =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

/** Everything that the environment decides, read once and frozen. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly baseUrl: URL;
  readonly rules: RegionRules;
  /** Every language that has a folder of texts, those of LOCALES_DIR included. */
  readonly languages: Languages;
  /** Address of every region that this one may send a reader to, its own included. */
  readonly regionUrls: ReadonlyMap<string, URL>;
  readonly dataDirectory: string;
  readonly database: DatabaseConfig;
  readonly redisUrl: string | null;
  /** The first signs, all of them verify; empty where one is to be made and kept in the data directory. */
  readonly sessionSecrets: readonly string[];
  /** The first seals the seeds of second factors, all of them open; empty where one is to be made and kept likewise. */
  readonly secondFactorKeys: readonly string[];
  /** How many proxies in front are believed about the client's address. */
  readonly trustProxy: number;
  readonly mail: MailConfig | null;
  readonly logLevel: string;
}

export type ConfigResult = { config: Config; faults: [] } | { config: null; faults: string[] };

const minSecretLength = 32;

// Plain http is for one machine talking to itself: anywhere else it would carry passwords in the clear.
function isSafe(url: URL): boolean {
  const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback);
}

const address = z
  .url({ protocol: /^https?$/ })
  .transform((text) => new URL(text))
  .refine(isSafe, 'must be https except on a loopback name')
  .refine((url) => url.href === `${url.origin}/`, 'must have no path, no user and no password');

const regionUrls = z.string().transform((text, context) => {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  const map = new Map<string, URL>();
  for (const [index, entry] of entries.entries()) {
    const [, region, url] = /^([a-z][a-z0-9-]+)=(\S+)$/.exec(entry) ?? [];
    const parsed = address.safeParse(url);
    if (region !== undefined && parsed.success) map.set(region, parsed.data);
    else {
      // The entry itself is not quoted: an address may hold a password.
      const message = `${region ?? `entry ${index + 1}`} is not region=address with https, or http on a loopback name`;
      context.addIssue({ code: 'custom', message });
    }
  }
  return map;
});

const secrets = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine(
    (all) => all.every((each) => each.length >= minSecretLength),
    `has a secret of fewer than ${minSecretLength} characters`,
  );

/** The schema of the environment variables; `settings.ts` documents each of them. */
export const environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  BASE_URL: address.optional(),
  REGION: z.string().default('worldwide'),
  REGION_URLS: regionUrls.optional(),
  REGION_RULES: z.string().optional(),
  LOCALES_DIR: z.string().optional(),
  DATA_DIR: z.string().min(1).default('data'),
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'is neither sqlite:PATH nor postgres://…')
    .optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  SESSION_SECRETS: secrets.optional(),
  SECOND_FACTOR_KEYS: secrets.optional(),
  TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: mailFrom.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type EnvironmentVariable = keyof typeof environment.shape;

type Environment = z.infer<typeof environment>;

/**
 * Turns the environment into a Config.
 * @param variables such as `process.env`; an empty value counts as not set
 * @returns the frozen Config, or every fault at once, one line each, without any secret in it
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
  const parsed = environment.safeParse(given);
  const faults = parsed.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? [];
  faults.push(...missing(given));
  const region = given.REGION ?? 'worldwide';
  const { languages, faults: inLocales } = readLanguages(given.LOCALES_DIR ?? null);
  faults.push(...inLocales);
  const rules = readRegion(region, given, faults);
  const { baseUrl, urls } = readAddresses(given);
  const own = urls.get(region);
  if (own && baseUrl && own.origin !== baseUrl.origin) faults.push(`REGION_URLS: ${region} differs from BASE_URL`);
  if (!parsed.success || rules === null || baseUrl === null || faults.length > 0) return { config: null, faults };
  urls.set(rules.region, baseUrl);
  return { config: assemble(parsed.data, { baseUrl, rules, languages, urls }), faults: [] };
}

/** What one setting demands of another. */
function missing(given: Readonly<Record<string, string>>): string[] {
  const faults: string[] = [];
  // Behind PostgreSQL several processes share what these sign, so that one made by one of them would not do.
  if (given.DATABASE_URL?.startsWith('postgres') && given.SESSION_SECRETS === undefined) {
    faults.push('SESSION_SECRETS: is required with PostgreSQL');
  }
  if (given.SMTP_URL?.startsWith('smtp') && given.MAIL_FROM === undefined) {
    faults.push('MAIL_FROM: is required with SMTP_URL');
  }
  return faults;
}

// Read on their own: a fault elsewhere must not hide that two addresses differ.
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
    faults.push(`REGION: "${id}" has no built-in rules; name a rules file in REGION_RULES`);
    return null;
  }
  const { rules, faults: inFile } = readRules(file, languages);
  faults.push(...inFile.map((fault) => `REGION_RULES: ${file}: ${fault}`));
  if (rules !== null && rules.region !== id) {
    faults.push(`REGION_RULES: ${file} is for region "${rules.region}", not "${id}"`);
  }
  // The operator who adds a language to a built-in region wants it offered; a rules file of their own says so itself.
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
    secondFactorKeys: Object.freeze(values.SECOND_FACTOR_KEYS ?? sharedSecrets(values)),
    trustProxy: values.TRUST_PROXY,
    mail: mailOf({
      url: values.SMTP_URL,
      from: values.MAIL_FROM,
      embedded: values.DATABASE_URL === undefined,
      dataDirectory,
      hostname: baseUrl.hostname,
    }),
    logLevel: values.LOG_LEVEL,
  });
}

// With PostgreSQL a key that one process made and kept would not do: what all of them share anyhow stands in for it.
const sharedSecrets = ({ DATABASE_URL, SESSION_SECRETS }: Environment): readonly string[] =>
  DATABASE_URL?.startsWith('postgres') ? (SESSION_SECRETS ?? []) : [];

function databaseOf(url: string | undefined, dataDirectory: string): DatabaseConfig {
  if (url === undefined) return { kind: 'sqlite', file: path.join(dataDirectory, 'parvis.sqlite') };
  return url.startsWith('sqlite:')
    ? { kind: 'sqlite', file: path.resolve(url.slice('sqlite:'.length)) }
    : { kind: 'postgres', url };
}
