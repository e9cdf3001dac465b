import type { Request, Response } from 'express';
import type { Config } from '../../platform/config/config.ts';
import { Failure } from '../../domain/errors.ts';
import { linkLifetimeMs } from '../../domain/people/one-time-link.ts';
import { domainOf } from '../../domain/people/user.ts';
import { ruleTextIn } from '../../domain/regions.ts';
import type { PageFault } from '../http/page-options.ts';
import { paths } from '../http/paths.ts';
import type { Cookies } from '../http/cookies.ts';
import type { FormDeclaration } from '../http/form-declaration.ts';
import { readForm } from '../http/forms.ts';
import { chosenLanguage } from '../http/language.ts';
import { regionScopeOf } from '../http/request.ts';
import type { Route } from '../http/routing.ts';
import { regionSignInUrl } from '../http/region-redirect.ts';
import { usernameFieldOf, usernameForm } from '../sign-in/sign-in.forms.ts';
import type { Recovery } from '../../core/accounts/index.ts';
import { directoryStore } from '../../core/directory/index.ts';
import type { Database } from '../../platform/database/database.ts';

const minuteMs = 60_000;
const recoveryForm: FormDeclaration = {
  keeps: ['username'],
  changes: { notNeeded: 'requests a link, which replaces an earlier one' },
};

function usernameOf({ body, session }: Request): string {
  const { username: typed } = usernameFieldOf.parse(body ?? {});
  return typed ?? session.username ?? '';
}

/** Creates the routes of self-service recovery. They exist only if the region's rules offer it. */
export function recoveryRoutes(deps: {
  config: Config;
  database: Database;
  cookies: Cookies;
  recovery: Pick<Recovery, 'requestLink'> & { readonly wake: () => void };
}): Route[] {
  const { config, database, cookies, recovery } = deps;
  const { rules } = config;
  if (rules.operations['users.resetPassword'].at !== 'alone') return [];
  const canMail = config.mail !== null;
  const minutes = linkLifetimeMs('recovery', rules.handOver.linkHours) / minuteMs;

  function showForm(request: Request, response: Response, faults: readonly PageFault[]): void {
    const region = ruleTextIn(rules.name, request.language, rules);
    const model = { canMail, minutes, username: usernameOf(request), region };
    response.page('links/recover', model, { title: 'links:recover.title', faults });
  }

  async function submit(request: Request, response: Response): Promise<void> {
    const { values, faults } = readForm(usernameForm, request.body);
    if (values === null || !canMail) return showForm(request, response, faults);
    const homeRegion = await directoryStore.regionOf(database, domainOf(values.username));
    // Users of another region are redirected to that region's portal, and their user names are not stored here.
    if (homeRegion !== null && homeRegion !== rules.region) {
      const url = config.regionUrls.get(homeRegion);
      const chosen = chosenLanguage(request, cookies, rules);
      return response.redirect(303, url === undefined ? paths.signIn : regionSignInUrl(url, config, chosen));
    }
    const wait = await recovery.requestLink(regionScopeOf(request, rules), values.username, 'recovery');
    if (wait !== null) throw new Failure('throttled', { retryAfter: wait.retryAfter });
    recovery.wake();
    response.page('links/recover-sent', { minutes, next: 'links:sent.next' }, { title: 'links:sent.title' });
  }

  return [
    {
      method: 'get',
      path: paths.recoverAccess,
      access: 'anyone',
      handle: (request, response) => showForm(request, response, []),
    },
    { method: 'post', path: paths.recoverAccess, access: 'anyone', form: recoveryForm, handle: submit },
  ];
}
