import type { Response } from 'express';
import type { User } from '../../domain/people/user.ts';
import type { IssuedCredential } from '../../core/accounts/index.ts';
import { userLinks } from './view-models.ts';
import type { RevealPage, RevealedCredential } from './users.views.ts';
import type { PageOptions } from '../http/page-options.ts';
import type { Config } from '../../platform/config/config.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths } from '../http/paths.ts';
import { createFormats } from '../../i18n/formats.ts';
import { languages } from '../../domain/regions.ts';
import type { Tongue, Translator } from '../../i18n/translator.ts';

/** What the screen after a reset, or after a user was added, shows about them and their sign-in details. */
type RevealContent = Pick<RevealPage, 'user' | 'way' | 'sheet' | 'heading' | 'sessionsEnded'>;

/**
 * Answers with the screen that shows a temporary password or a link once, or says that a link was mailed. The clear text
 * goes into this one body: no redirect, no flash, no session, nothing that a second request could read.
 */
export function showCredential(
  response: Response,
  shown: RevealContent,
  frame: Pick<PageOptions, 'title' | 'breadcrumbs'>,
): void {
  const model: RevealPage = { ...shown, ...userLinks(shown.user) };
  if (shown.way.clearText === null) return response.page('links/mailed', model, frame);
  response.set('Referrer-Policy', 'no-referrer');
  response.page(
    'users/reveal',
    { ...model, way: revealedCredential(shown.way) },
    { ...frame, scripts: ['reveal.js'], showsSecretOnce: true },
  );
}

/** @returns what is shown once. @throws where it was mailed, so that there is nothing to show */
export function revealedCredential({ by, clearText, expiresAt }: IssuedCredential): RevealedCredential {
  if (clearText === null) throw new Error('What was mailed to the user is not shown');
  return { by, clearText, expiresAt };
}

/** The printed page that goes to a user with their temporary password or link: in their language, not in the administrator's. */
export function handoverSheetFactory(config: Config, translator: Translator, clock: () => number) {
  const formats = new Map(languages.map((language) => [language, createFormats(language, clock)]));
  const address = new URL(paths.signIn, config.baseUrl).href;

  const passwordTexts = (t: Tongue['t'], { username }: User) => ({
    facts: [
      { label: t('users:sheet.address'), value: address },
      { label: t('common:terms.username'), value: username },
    ],
    password: t('common:terms.temporaryPassword'),
    steps: [t('users:sheet.step.open'), t('users:sheet.step.signIn'), t('users:sheet.step.change')],
  });
  const linkTexts = (t: Tongue['t'], { username }: User) => ({
    facts: [{ label: t('common:terms.username'), value: username }],
    password: t('links:term'),
    steps: [t('links:sheet.step.open'), t('links:sheet.step.change'), t('links:sheet.step.destroy')],
  });

  return (scope: Scope, user: User, { by, expiresAt }: IssuedCredential) => {
    const language = user.language ?? scope.tenant.language;
    const { t, html, direction } = translator(language);
    return {
      language,
      dir: direction,
      title: t('users:sheet.title'),
      greeting: html('users:sheet.greeting', { name: user.displayName, tenant: scope.tenant.name }),
      ...(by === 'shown' ? passwordTexts(t, user) : linkTexts(t, user)),
      expiry: html(by === 'shown' ? 'users:sheet.expiry' : 'links:sheet.expiry', {
        date: formats.get(language)?.dateTime(expiresAt) ?? '',
      }),
    };
  };
}

export type CreateHandoverSheet = ReturnType<typeof handoverSheetFactory>;
