import type { Request, Response } from 'express';
import type { Drafts, DraftUser } from './drafts.ts';
import { seeOther } from './request.ts';

/**
 * Responds to a completed sign-in: with a page that leads back to the form whose draft the sign-in pages carried, if it
 * belongs to this user, otherwise with a redirect.
 * @param next address of the redirect
 */
export async function continueAfterSignIn(
  drafts: Drafts,
  request: Request,
  response: Response,
  user: DraftUser,
  next: string,
): Promise<void> {
  const draft = request.carriedDraft;
  if (draft !== undefined && drafts.open(draft, user) !== null)
    return response.page(
      'shared/continue',
      { next },
      { title: 'errors:input.continue.title', withoutNavigation: true },
    );
  delete request.carriedDraft;
  return seeOther(request, response, next);
}
