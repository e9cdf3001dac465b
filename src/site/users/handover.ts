import type { Response } from 'express';
import type { User } from '../../domain/people/user.ts';
import type { IssuedCredential } from '../../core/accounts/index.ts';
import { userLinks } from './view-models.ts';
import type { RevealPage, RevealedCredential } from './users.views.ts';
import type { PageOptions } from '../http/page-options.ts';
import type { Config } from '../../platform/config/config.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths } from '../http/paths.ts';
import { createFormatsByLocale } from '../../i18n/formats.ts';
import type { Messages, Translator } from '../../i18n/translator.ts';

/** The content of the screen that is shown after a user has been added or a user's password has been reset. */
type RevealContent = Pick<RevealPage, 'user' | 'credential' | 'sheet' | 'heading' | 'sessionsEnded'>;

/**
 * Responds with the screen that shows a temporary password or one-time link once, or says that the link was sent by
 * email. The clear text appears only in this response body, never in a redirect, flash message or session from which
 * another request could read it.
 */
export function showCredential(
  response: Response,
  content: RevealContent,
  options: Pick<PageOptions, 'title' | 'breadcrumbs'>,
): void {
  const model: RevealPage = { ...content, ...userLinks(content.user) };
  if (content.credential.clearText === null) return response.page('links/mailed', model, options);
  response.set('Referrer-Policy', 'no-referrer');
  response.page(
    'users/reveal',
    { ...model, credential: revealedCredential(content.credential) },
    { ...options, scripts: ['reveal.js'], showsSecretOnce: true },
  );
}

/**
 * @returns the credential with its clear text
 * @throws if the credential was sent by email
 */
export function revealedCredential({ handover, clearText, expiresAt }: IssuedCredential): RevealedCredential {
  if (clearText === null) throw new Error('A credential sent by email cannot be shown');
  return { handover, clearText, expiresAt };
}

/**
 * Creates a function that builds the printed sheet for handing over a temporary password or link, in the user's
 * language.
 */
export function handoverSheetFactory(config: Config, translator: Translator, clock: () => number) {
  const formatsOf = createFormatsByLocale(clock);
  const address = new URL(paths.signIn, config.baseUrl).href;

  const passwordTexts = (t: Messages['t'], { username }: User) => ({
    facts: [
      { label: t('users:sheet.address'), value: address },
      { label: t('common:terms.username'), value: username },
    ],
    password: t('common:terms.temporaryPassword'),
    steps: [t('users:sheet.step.open'), t('users:sheet.step.signIn'), t('users:sheet.step.change')],
  });
  const linkTexts = (t: Messages['t'], { username }: User) => ({
    facts: [{ label: t('common:terms.username'), value: username }],
    password: t('links:term'),
    steps: [t('links:sheet.step.open'), t('links:sheet.step.change'), t('links:sheet.step.destroy')],
  });

  return (scope: Scope, user: User, { handover, expiresAt }: IssuedCredential) => {
    const language = user.language ?? scope.tenant.language;
    const { t, html, settings } = translator(language);
    return {
      language,
      dir: settings.direction,
      title: t('users:sheet.title'),
      greeting: html('users:sheet.greeting', { name: user.displayName, tenant: scope.tenant.name }),
      ...(handover === 'shown' ? passwordTexts(t, user) : linkTexts(t, user)),
      expiry: html(handover === 'shown' ? 'users:sheet.expiry' : 'links:sheet.expiry', {
        date: formatsOf(settings.locale).dateTime(expiresAt),
      }),
    };
  };
}

export type CreateHandoverSheet = ReturnType<typeof handoverSheetFactory>;
