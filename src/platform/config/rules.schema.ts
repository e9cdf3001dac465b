import { z } from 'zod';
import {
  guardedActs,
  handOverRules,
  languageTag,
  regionId,
  secondFactorRules,
  userOperations,
} from '../../domain/regions.ts';

const positive = z.number().int().positive();

const language = z.string().regex(languageTag, 'is not a language tag such as en or pt-BR');

const wording = z
  .record(language, z.string().min(1))
  .describe('A text by language: one for each language of the region. Readers of others get the default language.');

// Silence means no.
const permission = z.enum(['allowed', 'forbidden']).default('forbidden');

const throttle = z
  .strictObject({
    attempts: positive.describe('Wrong own passwords within the window.'),
    windowMinutes: positive,
    blockMinutes: positive.describe('For how long nothing is tried after the last of them.'),
  })
  .describe(
    'So many wrong own passwords within a window, then nothing for a while. Temporary passwords have a limit of their own.',
  );

const placement = z
  .string()
  .regex(/^(here|alone|nobody|elsewhere: .+)$/, 'is not here, alone, nobody or "elsewhere: <place>"')
  .describe(
    'here: on the pages of the portal. alone: each user does it themselves. nobody: it is not done. "elsewhere: <place>" or "elsewhere: <place> or <place>": at one of the places; the portal leads to the first.',
  );

/** The form in which a region's rules are written. What is said of each rule here is its documentation. */
export const rulesSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors that check as one types.'),
    format: z.literal(1).describe('Version of this form.'),
    region: z.string().regex(regionId).describe('The id of the region, as in REGION.'),
    edition: z.string().min(1).describe('Which form of the region’s rules this is, such as current or historical.'),
    revision: z.iso.date().describe('Day on which this file was last changed.'),
    name: wording.describe('What the region is called.'),
    languages: z
      .array(language)
      .min(1)
      .refine((all) => new Set(all).size === all.length, 'names a language twice')
      .describe('The languages that are offered, in the order of the switcher.'),
    defaultLanguage: language.describe('For readers of whom nothing else is known; one of the languages.'),
    places: z
      .record(z.string(), z.strictObject({ name: wording, address: z.url({ protocol: /^https$/ }) }))
      .describe('Where operations are done that are not done here.'),
    operations: z
      .partialRecord(z.enum(userOperations), placement)
      .describe('Where each operation on users is done. One that is left out is done by nobody.'),
    related: z
      .array(z.strictObject({ what: wording, places: z.array(z.string()).min(1) }))
      .default([])
      .describe('What the portal does not do, such as licences: its page of what is done where leads to these places.'),
    administratorsManagedBy: z
      .enum(['userManagers', 'globalAdmins'])
      .describe('Who may act on somebody who holds an administrator level other than Global admin.'),
    temporaryPassword: z.strictObject({
      lifetimeHours: positive.max(24 * 30).describe('How long it opens the page that replaces it.'),
      changeWithinMinutes: positive.describe('How long that page stays open after the sign-in.'),
    }),
    password: z
      .strictObject({ minimumLength: positive.min(8), maximumLength: positive.min(64).max(256) })
      .refine((each) => each.minimumLength <= each.maximumLength, {
        path: ['minimumLength'],
        message: 'is more than maximumLength',
      })
      .describe('Lengths in characters (NIST SP 800-63B-4, 3.1.1.2: 15 at least without a second factor).'),
    throttle: z.strictObject({
      perAccountAndAddress: throttle,
      perAccount: throttle,
      perAddress: throttle,
      fixed: z.boolean().describe('Whether tenants are kept from setting stricter numbers.'),
    }),
    session: z.strictObject({
      idleMinutes: positive.describe('After how long without a request it ends.'),
      absoluteHours: positive.describe('After how long it ends in any case.'),
    }),
    restoreWindowDays: positive.max(3650).describe('For how long a deleted user can be restored.'),
    secondFactor: z
      .enum(secondFactorRules)
      .describe('Of whom a second factor is required at the sign-in; others may set one up for themselves.'),
    handOver: z
      .strictObject({
        by: z
          .enum(handOverRules)
          .describe(
            'shown: the administrator sees a temporary password. link: a one-time link. mailedLink: it is mailed.',
          ),
        linkHours: positive.max(24 * 30).describe('How long a one-time link can be opened.'),
      })
      .describe('How a way in reaches a user who was added or whose password was reset.'),
    twoAdministrators: z
      .strictObject({
        for: z.array(z.enum(guardedActs)).refine((all) => new Set(all).size === all.length, 'names an act twice'),
        deleteMoreThan: positive
          .max(10_000)
          .describe('Users whom one may delete within 24 hours before another is asked.'),
        withinHours: positive.max(24 * 7).describe('How long a request waits for the other administrator.'),
      })
      .describe('What one administrator asks for and another confirms.'),
    activityLog: z
      .strictObject({
        retentionDays: positive.max(36_500).describe('For how long entries are kept.'),
        export: permission.describe('Whether the log can be taken away as a file. Left out, it cannot.'),
      })
      .describe('The activity log of each tenant.'),
    supportAccess: z
      .strictObject({
        grant: permission.describe('Whether administrators may let a named operator in. Left out, they may not.'),
        longestHours: positive.max(24 * 30),
      })
      .default({ grant: 'forbidden', longestHours: 1 })
      .describe('Support by the operator, inside a tenant. Left out, there is none.'),
  })
  .refine((file) => file.languages.includes(file.defaultLanguage), {
    path: ['defaultLanguage'],
    message: 'is not one of the languages',
  });
