import type { Request, Response } from 'express';
import type { Recovery } from '../../core/accounts/index.ts';
import { Failure } from '../../domain/errors.ts';
import { linkLifetimeMs } from '../../domain/people/one-time-link.ts';
import { bind } from '../../platform/bind.ts';
import type { Config } from '../../platform/config/config.ts';
import { paths } from '../http/paths.ts';
import { regionScopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';

const minuteMs = 60_000;

export interface EmailLinkRoutesDependencies {
  readonly config: Config;
  readonly recovery: Pick<Recovery, 'requestLink'> & { readonly wake: () => void };
}

/**
 * Creates the route that emails a link to users whose sign-in attempts are throttled. Only a portal with a mail server
 * offers this.
 */
export function emailLinkRoutes(deps: EmailLinkRoutesDependencies): Route[] {
  const { submit } = bind(deps, { submit: requestSignInLink });
  return [
    {
      method: 'post',
      path: paths.signInLink,
      access: 'anyone',
      form: { page: null, keeps: [], changes: { notNeeded: 'requests a link, which changes nothing' } },
      handle: submit,
    },
  ];
}

// The user name comes from the previous step, so the form can't be used to quickly email a list of users.
async function requestSignInLink(
  { config, recovery }: EmailLinkRoutesDependencies,
  request: Request,
  response: Response,
): Promise<void> {
  const { username } = request.session;
  if (username === undefined || config.mail === null) return response.redirect(303, paths.signIn);
  const wait = await recovery.requestLink(regionScopeOf(request, config.rules), username, 'signIn');
  if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
  recovery.wake();
  const minutes = linkLifetimeMs('signIn', config.rules.handOver.linkHours) / minuteMs;
  response.page('links/recover-sent', { minutes, next: 'links:sent.nextSignIn' }, { title: 'links:sent.title' });
}
