import { z } from 'zod';
import { administratorLevels, agentLevels } from '../../domain/roles.ts';
import type { Language } from '../../domain/regions.ts';
import { type NameOrder, canonicalUsername, cleanName, maxNameLength } from '../../domain/people/user.ts';
import { carriedNumber, line } from '../http/forms.ts';
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
// A place holds the key that a name sorts by: eighteen letters for one, at the worst, in a text of four for three bytes.
const maxPlaceLength = 12_000;
const place = line(maxPlaceLength)
  .transform((text) => (text === '' ? null : text))
  .nullable()
  .default(null)
  .catch(null);

/**
 * What the list's address may carry. Anything else in it is left out of the question, not answered with an error: what is
 * not there has a default besides, since to make an error and drop it again costs more than all the rest of the reading.
 */
export const listQuery = z.object({
  q: line(maxSearchLength).default('').catch(''),
  level: z.enum(levelFilters).nullable().default(null).catch(null),
  status: z.enum(statusFilters).nullable().default(null).catch(null),
  sort: z
    .enum([...sortKeys, ...sortKeys.map((key) => `-${key}` as const)])
    .default('name')
    .catch('name'),
  after: place,
  before: place,
  /** Whether everybody on the page is chosen already: what a script does without a new page. */
  choose: z.enum(['all']).nullable().default(null).catch(null),
});

/** A place in a list that is neither searched nor filtered. */
export const placeQuery = z.object({ after: place, before: place });

export type PlaceQuery = z.infer<typeof placeQuery>;

export type ListQuery = z.infer<typeof listQuery>;

const name = line(maxNameLength).transform(cleanName);

/** In which order the names of a user with this language are joined; of the portal's languages only. */
export type NameOrderOf = (language: Language) => NameOrder;

/** A user's own facts as an administrator types them; a display name that is left empty is built from the others. */
const facts = {
  firstName: name,
  lastName: name,
  displayName: name,
  language: z.preprocess(
    (typed) => (typed === undefined || typed === '' ? null : typed),
    line(maxTagLength).nullable(),
  ),
};

const hasName = (form: { firstName: string; lastName: string; displayName: string }): boolean =>
  [form.firstName, form.lastName, form.displayName].some((text) => text !== '');

const needsName = { path: ['displayName'], message: 'users:error.nameMissing' };

export const newUserForm = z
  .object({
    ...facts,
    username: line(maxUsernameLength)
      .transform(canonicalUsername)
      .refine((text) => text !== '', 'users:error.usernameMissing'),
    administratorLevel: z.enum(administratorLevels).catch('none'),
    agentLevel: z.enum(agentLevels).catch('none'),
  })
  .refine(hasName, needsName);

const level = z.enum(administratorLevels).optional().catch(undefined);
const agent = z.enum(agentLevels).optional().catch(undefined);

/** A level that the form did not offer, such as one's own, stays as it is. */
export const editForm = z.object({ ...facts, administratorLevel: level, agentLevel: agent }).refine(hasName, needsName);

const shownName = z.string().transform(cleanName);

const shownForm = z
  .object({
    version: carriedNumber.refine((version) => version !== null),
    'shown.firstName': shownName,
    'shown.lastName': shownName,
    'shown.displayName': shownName,
    'shown.language': line(maxTagLength).transform((tag) => (tag === '' ? null : tag)),
    'shown.administratorLevel': level,
    'shown.agentLevel': agent,
  })
  .transform(({ version, ...shown }) => {
    const fields = Object.entries(shown).map(([name, value]) => [name.slice('shown.'.length), value]);
    return { version, ...Object.fromEntries(fields) } as ShownFields;
  });

/** @returns what the edit form says that its page showed, or null where it does not say it in a readable form */
export const readShown = (body: unknown): ShownFields | null => shownForm.safeParse(body).data ?? null;

const maxIdLength = 36;
/** People chosen in a list; whatever is no id is left out. */
const chosen = z
  .union([z.string().transform((one) => [one]), z.array(z.string())])
  .catch([])
  .transform((all) => [...new Set(all.map((text) => text.trim()).filter((text) => text !== ''))])
  .refine((all) => all.length > 0, 'users:bulk.error.nobody')
  .refine((all) => all.length <= maxBulkUsers, 'users:bulk.error.tooMany');

/** What is to be done to whom. */
export const bulkForm = z.object({
  action: z.enum(bulkActions).nullable().catch(null),
  user: chosen.transform((all) => all.filter((id) => id.length <= maxIdLength)),
});

const target = /^([0-9a-f-]{36})\.(\d{1,9})$/;

/** Whose passwords are reset: each with the epoch that they had when the form was made. */
export const bulkResetForm = z.object({
  target: chosen.transform((all) =>
    all.flatMap((text): ResetTarget[] => {
      const [, id, epoch] = target.exec(text) ?? [];
      return id === undefined ? [] : [{ id, epoch: Number(epoch) }];
    }),
  ),
});

/** The user's epoch when the form was made: a form that is sent a second time finds another one. */
export const resetForm = z.object({ epoch: carriedNumber });
