import type { Request, Response } from 'express';
import { type DraftUser, pageOfDraft } from './drafts.ts';
import { keptValuesOf, type FoundForm } from './form-declaration.ts';
import { type KeptInputDependencies, layoutFieldOf, showPage, staleStatus } from './kept-input.ts';
import type { PageNotice } from './page-options.ts';

/**
 * Shows a sign-in page instead of redirecting to it, because a redirect would lose the draft.
 * @returns false, without any effect, if the request carries no draft
 */
export function carryDraftTo(request: Request, page: string): boolean {
  const draft = request.restored?.draft ?? request.carriedDraft;
  if (draft === null || draft === undefined) return false;
  showPage(request, page, {});
  delete request.restored;
  request.carriedDraft = draft;
  return true;
}

export type CarryDependencies = Pick<KeptInputDependencies, 'drafts' | 'findForm'>;

/** Why a form is interrupted before it reaches its route, and the page to show instead. */
export interface Interruption {
  /** The user and the tenant for which the form was rendered. */
  readonly user: DraftUser;
  /** Path of the page to show in place of the form's result. */
  readonly page: string;
  readonly notice: PageNotice;
  /** The reason to log. */
  readonly reason: string;
}

/**
 * Shows another page in place of a form's result. The forms on that page carry the user's input.
 * @returns false, without any effect, if nothing was typed, or if the form was not rendered for the user
 */
export function carryInputTo(
  { drafts, findForm }: CarryDependencies,
  request: Request,
  response: Response,
  { user, page, notice, reason }: Interruption,
): boolean {
  const form = request.method === 'POST' ? findForm(request) : null;
  const draft = form && (returningDraftOf(request, form) ?? newDraftOf(drafts, request, form, user));
  if (draft === null) return false;
  response.status(staleStatus);
  request.refusal = { reason };
  showPage(request, page, {}, { notice, draft: null });
  request.carriedDraft = draft;
  return true;
}

/** @returns the draft of the form to which the user is returning; null if the request submits the form itself */
function returningDraftOf(request: Request, { page }: FoundForm): string | null {
  const draft = layoutFieldOf(request, '_draft') ?? '';
  return draft !== '' && pageOfDraft(draft) === page ? draft : null;
}

function newDraftOf(
  drafts: KeptInputDependencies['drafts'],
  request: Request,
  { declaration, page }: FoundForm,
  user: DraftUser,
): string | null {
  const owner = layoutFieldOf(request, '_owner');
  if (page === null || owner === null || !drafts.isOwner(owner, user)) return null;
  return drafts.seal(page, owner, keptValuesOf(declaration, request.body));
}
