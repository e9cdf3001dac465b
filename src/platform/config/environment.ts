import { z } from 'zod';
import { isLoopbackName } from '../network-address.ts';
import { mailFrom, smtpUrl } from './mail.ts';

const minSecretLength = 32;

// HTTP is accepted on loopback addresses only, because it would send passwords over the network in clear text.
function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackName(url.hostname));
}

const address = z
  .url({ protocol: /^https?$/, error: 'must be an https URL, or an http URL on a loopback address' })
  .transform((text) => new URL(text))
  .refine(isSafe, 'must use https, except on a loopback address')
  .refine((url) => url.href === `${url.origin}/`, 'must not contain a path, user name or password');

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
      // Do not quote the entry: a URL may contain a password.
      const message = `${region ?? `entry ${index + 1}`} must be region=URL, with https or an http loopback address`;
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
    `must be one or more secrets of at least ${minSecretLength} characters each, separated by commas`,
  );

const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int(error).min(min, error).max(max, error);
};

const maxStopSeconds = 600;

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The schema of the environment variables. `settings.ts` documents them. */
export const environment = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: wholeNumber(1, 65_535).default(3000),
  BASE_URL: address.optional(),
  REGION: z.string().default('worldwide'),
  REGION_URLS: regionUrls.optional(),
  REGION_RULES: z.string().optional(),
  LOCALES_DIR: z.string().optional(),
  DATA_DIR: z.string().min(1).default('data'),
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must be sqlite:PATH or postgres://…')
    .optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }).optional(),
  SESSION_SECRETS: secrets.optional(),
  SECOND_FACTOR_KEYS: secrets.optional(),
  TRUST_PROXY: wholeNumber(0, 10).default(0),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: mailFrom.optional(),
  STOP_NOTICE_SECONDS: wholeNumber(0, maxStopSeconds).default(2),
  STOP_GRACE_SECONDS: wholeNumber(0, maxStopSeconds).default(6),
  LOG_LEVEL: z.enum(logLevels, { error: `must be one of ${logLevels.join(', ')}` }).default('info'),
});

export type EnvironmentVariable = keyof typeof environment.shape;

export type Environment = z.infer<typeof environment>;
