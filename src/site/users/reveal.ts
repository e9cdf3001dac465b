import type { Response } from 'express';
import type { User } from '../../domain/people/user.ts';
import type { WayIn } from '../../core/accounts/index.ts';
import type { HandOverSheet } from './hand-over-sheet.ts';
import { linksOf } from './breadcrumbs.ts';
import type { PageOptions } from '../http/page-options.ts';

/** What the screen after a reset, or after somebody was added, shows of a user and their way in. */
interface Shown {
  readonly user: User;
  readonly way: WayIn;
  readonly sheet: ReturnType<HandOverSheet>;
  /** Key of its heading. */
  readonly heading: string;
  /** Whether sessions ended, as they do by a reset. */
  readonly ended: boolean;
}

/**
 * Answers with the screen that shows a temporary password or a link once, or says that a link was mailed. The clear text
 * goes into this one body: no redirect, no flash, no session, nothing that a second request could read.
 */
export function showWayIn(response: Response, shown: Shown, frame: Pick<PageOptions, 'title' | 'breadcrumbs'>): void {
  const model = { ...shown, ...linksOf(shown.user) };
  if (shown.way.clearText === null) return response.page('links/mailed', model, frame);
  response.set('Referrer-Policy', 'no-referrer');
  response.page('users/reveal', model, { ...frame, scripts: ['reveal.js'], fleeting: true });
}
