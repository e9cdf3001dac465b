import { z } from 'zod';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import type { Language } from '../../domain/regions.ts';
import { type NameOrder, canonicalUsername, cleanName, maxNameLength } from '../../domain/people/user.ts';
import { hasVisibleCharacter } from '../../domain/people/visible-text.ts';
import { wholeNumber, singleLine } from '../http/forms.ts';
import {
  bulkActions,
  type ResetTarget,
  maxBulkUsers,
  type ShownFields,
  levelFilters,
  sortKeys,
  statusFilters,
} from '../../core/accounts/index.ts';

const maxSearchLength = 100;
const maxUsernameLength = 254;
const maxTagLength = 50;
// A cursor contains the sort key of a name in base64, and a sort key has up to 18 characters for each character of the
// name.
const maxPlaceLength = 12_000;
const place = singleLine(maxPlaceLength)
  .transform((text) => (text === '' ? null : text))
  .nullable()
  .default(null)
  .catch(null);

/**
 * The query parameters of the list. Invalid values are ignored instead of causing an error. Missing parameters have a
 * default as well, because creating and catching an error takes longer than all other parsing.
 */
export const listQuery = z.object({
  q: singleLine(maxSearchLength).default('').catch(''),
  level: z.enum(levelFilters).nullable().default(null).catch(null),
  status: z.enum(statusFilters).nullable().default(null).catch(null),
  sort: z
    .enum([...sortKeys, ...sortKeys.map((key) => `-${key}` as const)])
    .default('name')
    .catch('name'),
  after: place,
  before: place,
  /** Whether all users on the page are selected. With JavaScript, the browser selects them without a reload. */
  choose: z.enum(['all']).nullable().default(null).catch(null),
});

/** The query parameters of a list without search or filters: only the cursor. */
export const placeQuery = z.object({ after: place, before: place });

export type PlaceQuery = z.infer<typeof placeQuery>;

export type ListQuery = z.infer<typeof listQuery>;

const name = singleLine(maxNameLength).transform(cleanName);

/** Returns the name order of a language that the portal offers. */
export type NameOrderOf = (language: Language) => NameOrder;

/** The details of a user. An empty display name is replaced by the first and last names. */
const facts = {
  firstName: name,
  lastName: name,
  displayName: name,
  language: z.preprocess(
    (typed) => (typed === undefined || typed === '' ? null : typed),
    singleLine(maxTagLength).nullable(),
  ),
};

const hasName = (form: { firstName: string; lastName: string; displayName: string }): boolean =>
  hasVisibleCharacter(form.displayName || form.firstName + form.lastName);

const requiresName = { path: ['displayName'], message: 'users:error.nameMissing' };

export const newUserForm = z
  .object({
    ...facts,
    username: singleLine(maxUsernameLength)
      .transform(canonicalUsername)
      .refine((text) => text !== '', 'users:error.usernameMissing'),
    administratorLevel: z.enum(administratorLevels).catch('none'),
    agentLevel: z.enum(agentLevels).catch('none'),
  })
  .refine(hasName, requiresName);

const administratorLevel = z.enum(administratorLevels).optional().catch(undefined);
const agentLevel = z.enum(agentLevels).optional().catch(undefined);

/** The edit form. A level that it does not contain, such as the user's own, is left unchanged. */
export const editForm = z.object({ ...facts, administratorLevel, agentLevel }).refine(hasName, requiresName);

const shownName = z.string().transform(cleanName);

const shownForm = z
  .object({
    version: wholeNumber.refine((version) => version !== null),
    'shown.firstName': shownName,
    'shown.lastName': shownName,
    'shown.displayName': shownName,
    'shown.language': singleLine(maxTagLength).transform((tag) => (tag === '' ? null : tag)),
    'shown.administratorLevel': administratorLevel,
    'shown.agentLevel': agentLevel,
  })
  .transform(({ version, ...shown }) => {
    const fields = Object.entries(shown).map(([name, value]) => [name.slice('shown.'.length), value]);
    return { version, ...Object.fromEntries(fields) } as ShownFields;
  });

/**
 * @param languages the languages that the region offers; the form lists only these
 * @returns the values that the page showed when it was opened; null if they are missing or malformed
 */
export function readShown(body: unknown, languages: readonly Language[]): ShownFields | null {
  const shown = shownForm.safeParse(body).data ?? null;
  const language = shown?.language ?? null;
  return language === null || languages.includes(language) ? shown : null;
}

const maxIdLength = 36;
/** Users selected in a list. */
const selection = z
  .union([z.string().transform((one) => [one]), z.array(z.string())])
  .catch([])
  .transform((all) => [...new Set(all.map((text) => text.trim()).filter((text) => text !== ''))])
  .refine((all) => all.length > 0, 'users:bulk.error.emptySelection')
  .refine((all) => all.length <= maxBulkUsers, 'users:bulk.error.tooMany');

/** The fields of a bulk action: the action and the selected users. */
export const bulkForm = z.object({
  action: z.enum(bulkActions).nullable().catch(null),
  user: selection.transform((all) => all.filter((id) => id.length <= maxIdLength)),
});

const resetTarget = /^([0-9a-f-]{36})\.(\d{1,9})$/;

/** The fields of a bulk reset: the users, each with their epoch when the form was rendered. */
export const bulkResetForm = z.object({
  target: selection.transform((all) =>
    all.flatMap((text): ResetTarget[] => {
      const [, id, epoch] = resetTarget.exec(text) ?? [];
      return id === undefined ? [] : [{ id, epoch: Number(epoch) }];
    }),
  ),
});

/**
 * The field of the reset form: the user's epoch when the form was rendered. If the form is submitted twice, its epoch
 * is outdated the second time.
 */
export const resetForm = z.object({ epoch: wholeNumber });
