import type { Request, Response } from 'express';
import { scopeOf } from './request.ts';
import type { handOverSheet } from '../features/users/hand-over-sheet.ts';
import { linksOf, ofUser } from '../features/users/users.trail.ts';
import type { ResetResult } from '../features/users/users.ts';

/** Makes what shows a temporary password, once, to whoever has just reset it. */
export const revealTo =
  (sheet: ReturnType<typeof handOverSheet>) =>
  // The clear text goes into this one body: no redirect, no flash, no session, nothing that a second request could read.
  (request: Request, response: Response, result: Extract<ResetResult, { outcome: 'reset' }>): void => {
    const { user, temporaryPassword, expiresAt } = result;
    response.set('Referrer-Policy', 'no-referrer');
    const model = {
      user,
      temporaryPassword,
      expiresAt,
      sheet: sheet(scopeOf(request), user, expiresAt),
      ...linksOf(user),
    };
    const options = {
      title: 'common:terms.resetPassword',
      breadcrumbs: ofUser(user),
      scripts: ['reveal.js'],
      fleeting: true,
    };
    response.page('users/reveal', { ...model, heading: 'users:reset.done', ended: true }, options);
  };
