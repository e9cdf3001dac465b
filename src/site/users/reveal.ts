import type { Response } from 'express';
import { linksOf } from './breadcrumbs.ts';
import type { PageOptions } from '../http/page-options.ts';
import type { WayIn } from '../../core/accounts/index.ts';
import type { RevealPage, ShownWayIn } from './users.views.ts';

/** What the screen after a reset, or after a user was added, shows about them and their sign-in details. */
type Shown = Pick<RevealPage, 'user' | 'way' | 'sheet' | 'heading' | 'ended'>;

/**
 * Answers with the screen that shows a temporary password or a link once, or says that a link was mailed. The clear text
 * goes into this one body: no redirect, no flash, no session, nothing that a second request could read.
 */
export function showWayIn(response: Response, shown: Shown, frame: Pick<PageOptions, 'title' | 'breadcrumbs'>): void {
  const model: RevealPage = { ...shown, ...linksOf(shown.user) };
  if (shown.way.clearText === null) return response.page('links/mailed', model, frame);
  response.set('Referrer-Policy', 'no-referrer');
  response.page(
    'users/reveal',
    { ...model, way: shownOnce(shown.way) },
    { ...frame, scripts: ['reveal.js'], fleeting: true },
  );
}

/** @returns what is shown once. @throws where it was mailed, so that there is nothing to show */
export function shownOnce({ by, clearText, expiresAt }: WayIn): ShownWayIn {
  if (clearText === null) throw new Error('What was mailed to the user is not shown');
  return { by, clearText, expiresAt };
}
