import type { Request, Response } from 'express';
import type { Drafts, DraftUser } from './drafts.ts';
import { seeOther } from './request.ts';

/**
 * Responds to a completed sign-in. If the sign-in pages carried a draft of this user, the response leads back to its
 * form; otherwise it is a redirect.
 * @param next the address of the redirect
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
