import { createHmac } from 'node:crypto';
import { derivedKeys } from '../../platform/keys/derived-keys.ts';
import { createVault } from '../../platform/keys/vault.ts';
import { actingUserId } from '../../domain/principal.ts';
import type { Scope } from '../../domain/scope.ts';
import { bind } from '../../platform/bind.ts';

/** The values of a form by field name. A field that occurs several times has a list of values. */
export type FormValues = Readonly<Record<string, string | readonly string[]>>;

const lifetimeMs = 30 * 60 * 1_000;
/** The maximum length of the serialized values, so that a page with a draft can be submitted within the form limit. */
const maxDraftBytes = 24 * 1024;
// Base64 adds a third; the page's path and the rest of the format fit in the remaining space.
const maxSealedLength = 36 * 1024;

/** The owner name in drafts of public forms, such as the sign-in form. */
export const visitor = '';

export type Drafts = ReturnType<typeof createDrafts>;

interface DraftsDependencies {
  readonly secrets: readonly string[];
  /** Returns the current time in epoch milliseconds. */
  readonly clock: () => number;
  readonly vault: ReturnType<typeof createVault>;
}

/**
 * Creates the functions for drafts. A draft is the sealed input of a form, carried by the pages that lead back to the
 * form. Drafts are never stored on the server.
 * @param secrets the first secret seals drafts, and every secret can open them
 */
export function createDrafts(secrets: readonly string[], clock: () => number) {
  return bind(
    { secrets: derivedKeys(secrets, 'draft owner'), clock, vault: createVault(secrets, 'draft') },
    { ownerOf, isOwner, seal, open },
  );
}

/** The user and the tenant in which they act. After a support session, its drafts must not appear in another tenant. */
export interface DraftUser {
  readonly userId: string;
  readonly tenantId: string;
}

export const draftUserOf = (scope: Scope): DraftUser => ({
  userId: actingUserId(scope),
  tenantId: scope.tenant.id,
});

/**
 * @returns an opaque name for a user. Forms carry it so that a draft can be sealed for the user after the session has
 * ended
 */
export function ownerOf({ secrets }: DraftsDependencies, user: DraftUser): string {
  return ownerNameOf(user, secrets[0] ?? '');
}

/** @returns whether an owner name was derived for this user, from the current or an earlier secret */
export function isOwner({ secrets }: DraftsDependencies, owner: string, user: DraftUser): boolean {
  return secrets.some((secret) => ownerNameOf(user, secret) === owner);
}

const ownerNameOf = ({ userId, tenantId }: DraftUser, secret: string): string =>
  createHmac('sha256', secret).update(`parvis draft owner ${tenantId} ${userId}`).digest('base64url');

/**
 * @param page the path of the page with the form
 * @param owner the result of `ownerOf`, or `visitor`
 * @returns the draft; null if nothing was typed or the values are too long
 */
export function seal(
  { clock, vault }: DraftsDependencies,
  page: string,
  owner: string,
  values: FormValues,
): string | null {
  if (Object.values(values).every((value) => value.length === 0)) return null;
  const text = JSON.stringify({ at: clock(), values });
  if (Buffer.byteLength(text) > maxDraftBytes) return null;
  const sealed = vault.seal(text, purposeOf(page, owner));
  return `${sealed.keyId}.${sealed.text}.${Buffer.from(page).toString('base64url')}`;
}

/**
 * @param user the user who is signed in; null for a visitor
 * @returns the values; null if the draft has expired, was changed, or belongs to another user
 */
export function open(
  { secrets, clock, vault }: DraftsDependencies,
  draft: string,
  user: DraftUser | null,
): FormValues | null {
  const page = pageOfDraft(draft);
  if (page === null) return null;
  const [keyId = '', sealed = ''] = draft.split('.');
  const owners = user === null ? [visitor] : secrets.map((secret) => ownerNameOf(user, secret));
  for (const owner of owners) {
    const text = vault.open({ keyId, text: sealed }, purposeOf(page, owner));
    if (text === null) continue;
    const { at, values } = JSON.parse(text) as { at: number; values: FormValues };
    // The clocks of two nodes can differ, so a draft's time may be in the future.
    return Math.abs(clock() - at) < lifetimeMs ? values : null;
  }
  return null;
}

const purposeOf = (page: string, owner: string): string => JSON.stringify(['draft', owner, page]);

const draftFormat = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * @returns the path of the page to which a draft leads; null if it is not a draft. The path is not verified until the
 * draft is opened
 */
export function pageOfDraft(draft: string): string | null {
  if (draft.length > maxSealedLength || !draftFormat.test(draft)) return null;
  const page = Buffer.from(draft.slice(draft.lastIndexOf('.') + 1), 'base64url').toString('utf8');
  return /^\/(?![/\\])/.test(page) ? page : null;
}
