import type { Request, Response } from 'express';
import type { CodesResult } from '../../core/accounts/index.ts';
import { type Drafts, draftUserOf } from '../http/drafts.ts';
import { paths } from '../http/paths.ts';
import { scopeOf, sessionOf } from '../http/request.ts';

export const securityBreadcrumbs = [
  { href: paths.dashboard, label: 'common:terms.dashboard' },
  { href: paths.myProfile, label: 'common:terms.myProfile' },
  { href: paths.ownSecurity, label: 'profile:security.title' },
];

export interface RecoveryCodesDependencies {
  readonly drafts: Drafts;
  /** The URL of the sign-in page, for the printed sheet. */
  readonly address: string;
  readonly clock: () => number;
}

/**
 * Shows new recovery codes. Their clear text appears only in this response body, never in a redirect or session from
 * which another request could read it.
 */
export function showRecoveryCodes(
  { address, clock, drafts }: RecoveryCodesDependencies,
  request: Request,
  response: Response,
  { codes }: Extract<CodesResult, { outcome: 'done' }>,
  withoutNavigation: boolean,
): void {
  const { user, tenant } = sessionOf(request);
  const sheet = { address, tenantName: tenant.name, username: user.username, createdAt: clock() };
  response.set('Referrer-Policy', 'no-referrer');
  const options = {
    title: 'second-factor:codes.title',
    breadcrumbs: securityBreadcrumbs,
    scripts: ['reveal.js'],
    showsSecretOnce: true,
  };
  const draft = request.carriedDraft;
  const opensDraft = draft !== undefined && drafts.open(draft, draftUserOf(scopeOf(request))) !== null;
  const model = { codes, withoutNavigation, sheet, opensDraft };
  response.page('second-factor/recovery-codes', model, { ...options, withoutNavigation });
}
