import { z } from 'zod';
import { choiceRuleNames, choiceRules, numericRuleNames } from '../../domain/tenant-rules.ts';
import { languageTag } from '../../domain/regions.ts';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import { latestPlausible } from '../../domain/plausible-time.ts';
import { canonicalUsername, isDomain, isUsername } from '../../domain/people/user.ts';
import { removeInvisibleFromName } from '../../domain/people/visible-text.ts';
import { isTenantName } from '../../domain/tenant.ts';
import { nameFaults } from '../../domain/validation.ts';

// The longest lifetime of a temporary password or link that rules may set.
const maxTemporaryMs = 30 * 24 * 60 * 60_000;
const maxInteger = 2 ** 31 - 1;
// An entry names no more users than a bulk action accepts.
const maxEventLength = 100_000;
const maxTextLength = 4_000;

const anyText = z.string();
const idSchema = z.uuid();
const flag = z.union([z.literal(0), z.literal(1)]);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const version = z.number().int().min(0).max(maxInteger);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const reference = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/);
const language = z.string().regex(languageTag).max(35);

export const tenantNameSchema = z.string().refine(isTenantName);
export const domainSchema = z.string().refine(isDomain);

const ownRulesSchema = z.strictObject({
  ...mapped(numericRuleNames, () => z.number().int().min(1).max(maxInteger).optional()),
  ...mapped(choiceRuleNames, (name) => z.enum(choiceRules[name].choices).optional()),
});

/**
 * Builds the schemas for the rows of each table. They accept what forms, imports and commands can store, and nothing
 * else.
 * @param now the current time, epoch ms
 */
export function createRowSchemas(now: number) {
  const time = z.number().int().min(0).max(latestPlausible(now));
  return {
    tenants: tenantSchema(time),
    tenant_domains: z.object({ domain: domainSchema }),
    users: userSchema(
      time,
      z
        .number()
        .int()
        .min(0)
        .max(latestPlausible(now) + maxTemporaryMs),
    ),
    credentials: z.object({
      user_id: anyText,
      kind: z.literal('password'),
      secret: anyText,
      // Empty after erasure.
      set_by: z.string().refine(isCleanText).nullable(),
      created_at: time,
    }),
    activity: activitySchema(time),
  };
}

const tenantSchema = (time: z.ZodNumber) =>
  z.object({
    id: idSchema,
    language,
    state: z.literal('moving'),
    name: tenantNameSchema,
    // The operators' tenant cannot be moved; otherwise, tenants of this region could grant access to operators of
    // another region.
    kind: z.literal('partner'),
    listed: flag,
    created_at: time,
    pseudonym_key: z.base64url().max(100).nullable(),
    own_rules: z.string().refine((text) => ownRulesSchema.safeParse(parseJson(text)).success),
    activity_length: count,
    activity_hash: z.union([digest, z.literal('')]),
    activity_anchor_place: count,
    activity_anchor_hash: z.union([digest, z.literal('')]),
  });

const userSchema = (time: z.ZodNumber, deadline: z.ZodNumber) =>
  z
    .object({
      id: idSchema,
      username: z.string().refine((text) => isUsername(text) && canonicalUsername(text) === text),
      first_name: anyText,
      last_name: anyText,
      display_name: anyText.min(1),
      administrator_level: z.enum(administratorLevels),
      agent_level: z.enum(agentLevels),
      global_admin_until: time.nullable(),
      language: language.nullable(),
      state: z.enum(['active', 'blocked', 'deleted']),
      state_before: z.enum(['active', 'blocked']).nullable(),
      password: z.enum(['own', 'temporary']),
      temporary_until: deadline.nullable(),
      epoch: version,
      version,
      updated_at: time,
      created_at: time,
      last_sign_in_at: time,
      second_factor_due: flag,
      deleted_at: time.nullable(),
    })
    .superRefine(({ first_name, last_name, display_name, state, deleted_at }, { addIssue }) => {
      const names = { firstName: first_name, lastName: last_name, displayName: display_name };
      for (const { field } of nameFaults(names)) addIssue({ code: 'custom', path: [columnOf[field] ?? field] });
      if ((state === 'deleted') !== (deleted_at !== null)) addIssue({ code: 'custom', path: ['deleted_at'] });
    });

const columnOf: Readonly<Record<string, string>> = {
  firstName: 'first_name',
  lastName: 'last_name',
  displayName: 'display_name',
};

const eventSchema = z.string().max(maxEventLength).refine(isCleanObject);

// The chain verifies the hashes. This validates what the log page and the exports show.
const activitySchema = (time: z.ZodNumber) =>
  z.object({
    place: count,
    at: time,
    kind: z.string().regex(/^[A-Za-z]{1,40}(?:\.[A-Za-z]{1,40})?$/),
    data: eventSchema,
    actor_id: reference.nullable(),
    target_id: reference.nullable(),
    request_id: z.string().regex(/^[\x21-\x7e]{0,100}$/),
    personal: eventSchema.nullable(),
    personal_salt: z
      .string()
      .regex(/^[\x21-\x7e]{0,200}$/)
      .nullable(),
    personal_digest: digest,
    hash: digest,
  });

function isCleanObject(text: string): boolean {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) && isClean(value);
}

/** @returns true if no string in the value contains characters that forms remove */
function isClean(value: unknown): boolean {
  if (typeof value === 'string') return isCleanText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => isCleanText(key) && isClean(each));
}

function isCleanText(text: string): boolean {
  return text.length <= maxTextLength && removeInvisibleFromName(text) === text;
}

/** @returns the parsed text; null if it is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function mapped<Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Record<string, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)]));
}
