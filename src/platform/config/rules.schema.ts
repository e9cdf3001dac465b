import { z } from 'zod';
import {
  approvalRules,
  handoverModes,
  languageTag,
  regionId,
  secondFactorScopes,
  userOperations,
} from '../../domain/regions.ts';

const positive = z.number().int().positive();
// NIST SP 800-63B-4, 3.1.1.2: the minimum length of a password without and with a second factor.
const minLengthAlone = 15;
const minLengthWithSecondFactor = 8;

// A length below both minimums passes here, because the schema of the length itself rejects it.
const isLongEnough = (length: number, secondFactor: string): boolean =>
  length >= minLengthAlone || length < minLengthWithSecondFactor || secondFactor === 'everybody';

const language = z.string().regex(languageTag, 'must be a language tag such as en or pt-BR');

const wording = z
  .record(language, z.string().min(1))
  .describe('A text in each language of the region. Readers of other languages get the default language.');

// What a rules file does not allow explicitly is forbidden.
const permission = z.enum(['allowed', 'forbidden']).default('forbidden');

const throttle = z
  .strictObject({
    attempts: positive.describe('Number of failed attempts within the window before the block.'),
    windowMinutes: positive,
    blockMinutes: positive.describe('How long sign-in is blocked after the last failed attempt.'),
  })
  .describe(
    'Blocks sign-in after too many wrong passwords within a window. Temporary passwords have a separate limit.',
  );

const placement = z
  .string()
  .regex(/^(here|alone|nobody|elsewhere: .+)$/, 'must be here, alone, nobody or "elsewhere: <place>"')
  .describe(
    'here: in this portal. alone: users do it themselves. nobody: not available. "elsewhere: <place>" or "elsewhere: <place> or <place>": in other places; the portal links to the first.',
  );

/** The format of region rules files. The descriptions are the documentation of the rules. */
export const rulesSchema = z
  .strictObject({
    $schema: z.string().optional().describe('The JSON schema, for editors that validate the file.'),
    format: z.literal(1).describe('Version of this format.'),
    region: z.string().regex(regionId).describe('ID of the region, as in REGION.'),
    edition: z.string().min(1).describe('Edition of the region’s rules, such as current or historical.'),
    revision: z.iso.date().describe('Date of the last change to this file.'),
    name: wording.describe('Name of the region.'),
    languages: z
      .array(language)
      .min(1)
      .refine((all) => new Set(all).size === all.length, 'must not list a language twice')
      .describe('Languages that the region offers, in the order of the language menu.'),
    defaultLanguage: language.describe('Used when no other preference is known; must be one of the languages.'),
    places: z
      .record(z.string(), z.strictObject({ name: wording, address: z.url({ protocol: /^https$/ }) }))
      .describe('Places outside this portal where operations are performed, by ID.'),
    operations: z
      .partialRecord(z.enum(userOperations), placement)
      .describe('Where each operation on users is performed. Unlisted operations are not available.'),
    related: z
      .array(z.strictObject({ what: wording, places: z.array(z.string()).min(1) }))
      .default([])
      .describe(
        'Tasks outside the portal’s scope, such as licensing, with the places that handle them. Listed on the page about the region.',
      ),
    administratorsManagedBy: z
      .enum(['userManagers', 'globalAdmins'])
      .describe('Who can manage administrators other than Global admins.'),
    temporaryPassword: z.strictObject({
      lifetimeHours: positive.max(24 * 30).describe('How long a temporary password can be used to sign in.'),
      changeWithinMinutes: positive.describe('How long the user has to choose a new password after signing in.'),
    }),
    password: z
      .strictObject({
        minimumLength: positive.min(minLengthWithSecondFactor),
        maximumLength: positive.min(64).max(256),
      })
      .refine((each) => each.minimumLength <= each.maximumLength, {
        path: ['minimumLength'],
        message: 'must not be greater than maximumLength',
      })
      .describe(
        'Lengths in characters. The minimum is at least 15, or at least 8 if secondFactor is `everybody` (NIST SP 800-63B-4, 3.1.1.2).',
      ),
    throttle: z.strictObject({
      perAccountAndAddress: throttle,
      perAccount: throttle.describe(
        'Wrong passwords for a user name from anywhere. After `attempts`, each attempt must wait longer: one minute, then twice as long each time, up to `blockMinutes`. Counting starts over after `windowMinutes` without attempts.',
      ),
      perAddress: throttle.describe(
        'Wrong passwords for any user names from one address. After `attempts`, each user name has two attempts from there.',
      ),
      fixed: z.boolean().describe('Whether tenants are prevented from setting stricter limits.'),
    }),
    session: z.strictObject({
      idleMinutes: positive.describe('A session ends after this time without requests.'),
      absoluteHours: positive.describe('A session ends after this time in any case.'),
    }),
    restoreWindowDays: positive.max(3650).describe('How long a deleted user can be restored.'),
    secondFactor: z
      .enum(secondFactorScopes)
      .describe('Who must use a second factor to sign in. Other users may set one up.'),
    handOver: z
      .strictObject({
        by: z
          .enum(handoverModes)
          .describe(
            'shown: the administrator sees a temporary password. link: the administrator passes on a one-time link. mailedLink: the portal emails the link to the user.',
          ),
        linkHours: positive.max(24 * 30).describe('How long a one-time link is valid.'),
      })
      .describe('How sign-in details reach a user who was added or whose password was reset.'),
    twoAdministrators: z
      .strictObject({
        for: z
          .array(z.enum(approvalRules))
          .refine((all) => new Set(all).size === all.length, 'must not list an action twice'),
        deleteMoreThan: positive
          .max(10_000)
          .describe('How many users one administrator may delete within 24 hours without approval.'),
        withinHours: positive.max(24 * 7).describe('How long an approval request stays open.'),
        formerAdminDays: positive
          .max(365)
          .default(30)
          .describe(
            'How many days a user stays protected after losing the Global admin level, if resetGlobalAdmin is listed.',
          ),
      })
      .describe('Actions that a second administrator must approve.'),
    activityLog: z
      .strictObject({
        retentionDays: positive.max(36_500).describe('How long log entries are kept.'),
        export: permission.describe('Whether administrators can export the log. Forbidden if omitted.'),
      })
      .describe('Activity log of each tenant.'),
    supportAccess: z
      .strictObject({
        grant: permission.describe(
          'Whether administrators can grant support access to an operator. Forbidden if omitted.',
        ),
        longestHours: positive.max(24 * 30),
      })
      .default({ grant: 'forbidden', longestHours: 1 })
      .describe('Access of operators to a tenant for support. Forbidden if omitted.'),
  })
  .refine((file) => file.languages.includes(file.defaultLanguage), {
    path: ['defaultLanguage'],
    message: 'must be one of the languages',
  })
  .refine(({ password, secondFactor }) => isLongEnough(password.minimumLength, secondFactor), {
    path: ['password', 'minimumLength'],
    message: `must be at least ${minLengthAlone}, unless secondFactor is "everybody"`,
  });
