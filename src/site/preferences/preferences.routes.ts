import type { Request, Response } from 'express';
import { z } from 'zod';
import type { RegionRules } from '../../domain/regions.ts';
import { Failure } from '../../domain/errors.ts';
import { paths } from '../http/paths.ts';
import type { Cookies } from '../http/cookies.ts';
import { singleLine, readForm } from '../http/forms.ts';
import { themes } from '../http/layout.ts';
import { nextStepOf } from '../http/pending-steps.ts';
import type { Route } from '../http/routing.ts';
import { chooseLanguage } from '../../core/accounts/index.ts';
import type { Database } from '../../platform/database/database.ts';
import { bind } from '../../platform/bind.ts';

const maxAddressLength = 2_000;
const returnTo = singleLine(maxAddressLength).catch('');
const languageForm = z.object({ language: z.string(), returnTo });
const themeForm = z.object({ theme: z.enum(themes), returnTo });

export interface PreferencesRoutesDependencies {
  readonly database: Database;
  readonly cookies: Cookies;
  readonly origin: string;
  readonly rules: RegionRules;
}

/**
 * Creates the routes that change the language and the theme. They work on any page, with or without a session. The
 * account's language changes only if no sign-in step is pending.
 */
export function preferencesRoutes(deps: PreferencesRoutesDependencies): Route[] {
  const handlers = bind(deps, { setLanguage, setTheme });
  return [
    { method: 'post', path: paths.language, access: 'anyone', form: preference, handle: handlers.setLanguage },
    { method: 'post', path: paths.theme, access: 'anyone', form: preference, handle: handlers.setTheme },
  ];
}

const preference = {
  page: null,
  keeps: [],
  changes: { notNeeded: 'one value of its sender, chosen with the button that saves it' },
} as const;

async function setLanguage(deps: PreferencesRoutesDependencies, request: Request, response: Response): Promise<void> {
  const { rules, cookies, database, origin } = deps;
  const { values } = readForm(languageForm, request.body);
  if (values === null || !rules.languages.includes(values.language))
    throw new Failure('badRequest', { code: 'language.notOffered' });
  cookies.persist(response, 'language', values.language);
  const { scope } = request;
  // A session with a temporary password, which others may know, must not change the language of the emails that warn
  // the user.
  if (scope && nextStepOf(request) === null) await chooseLanguage(database, scope, values.language);
  response.redirect(303, localPathOf(values.returnTo, origin));
}

function setTheme(deps: PreferencesRoutesDependencies, request: Request, response: Response): void {
  const { cookies, origin } = deps;
  const { values } = readForm(themeForm, request.body);
  if (values === null) throw new Failure('badRequest');
  cookies.persist(response, 'theme', values.theme);
  response.redirect(303, localPathOf(values.returnTo, origin));
}

// The field can be forged, so a URL outside this site is replaced with the path of the home page.
function localPathOf(returnTo: string, origin: string): string {
  if (!/^\/(?![/\\])/.test(returnTo) || !URL.canParse(returnTo, origin)) return paths.home;
  const url = new URL(returnTo, origin);
  // `/.//host` normalizes to `//host`, which browsers treat as the URL of another site.
  const leavesSite = url.origin !== origin || url.pathname.startsWith('//');
  return leavesSite ? paths.home : url.pathname + url.search;
}
