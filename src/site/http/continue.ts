import type { Request, Response } from 'express';
import type { Drafts, DraftUser } from './drafts.ts';
import { seeOther } from './request.ts';

/**
 * Responds to a completed sign-in or to the start of a support session. If the request carries a draft of this user,
 * the response is a page that leads back to the draft's form; otherwise it is a redirect.
 * @param next the URL to redirect to
 * @param title the title of the page that leads back to the form
 */
export async function continueAfterSignIn(
  drafts: Drafts,
  request: Request,
  response: Response,
  user: DraftUser,
  next: string,
  title = 'errors:input.continue.title',
): Promise<void> {
  const draft = request.carriedDraft;
  if (draft !== undefined && drafts.open(draft, user) !== null)
    return response.page('shared/continue', { next }, { title, withoutNavigation: true });
  delete request.carriedDraft;
  return seeOther(request, response, next);
}
