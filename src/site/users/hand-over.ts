import type { Response } from 'express';
import type { User } from '../../domain/people/user.ts';
import type { IssuedCredential } from '../../core/accounts/index.ts';
import { linksOf } from './view-models.ts';
import type { RevealPage, ShownWayIn } from './users.views.ts';
import type { PageOptions } from '../http/page-options.ts';
import type { Config } from '../../platform/config/config.ts';
import type { Scope } from '../../domain/scope.ts';
import { paths } from '../http/paths.ts';
import { createFormatsByLocale } from '../../i18n/formats.ts';
import type { Messages, Translator } from '../../i18n/translator.ts';

/** What the screen after a reset, or after a user was added, shows about them and their sign-in details. */
type Shown = Pick<RevealPage, 'user' | 'way' | 'sheet' | 'heading' | 'ended'>;

/**
 * Answers with the screen that shows a temporary password or a link once, or says that a link was mailed. The clear text
 * goes into this one body: no redirect, no flash, no session, nothing that a second request could read.
 */
export function showCredential(
  response: Response,
  shown: Shown,
  frame: Pick<PageOptions, 'title' | 'breadcrumbs'>,
): void {
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
export function shownOnce({ handover, clearText, expiresAt }: IssuedCredential): ShownWayIn {
  if (clearText === null) throw new Error('What was mailed to the user is not shown');
  return { handover, clearText, expiresAt };
}

/** The printed page that goes to a user with their temporary password or link: in their language, not in the administrator's. */
export function handOverSheet(config: Config, translator: Translator, clock: () => number) {
  const formatsOf = createFormatsByLocale(clock);
  const address = new URL(paths.signIn, config.baseUrl).href;

  const ofPassword = (t: Messages['t'], { username }: User) => ({
    facts: [
      { label: t('users:sheet.address'), value: address },
      { label: t('common:terms.username'), value: username },
    ],
    password: t('common:terms.temporaryPassword'),
    steps: [t('users:sheet.step.open'), t('users:sheet.step.signIn'), t('users:sheet.step.change')],
  });
  const ofLink = (t: Messages['t'], { username }: User) => ({
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
      ...(handover === 'shown' ? ofPassword(t, user) : ofLink(t, user)),
      expiry: html(handover === 'shown' ? 'users:sheet.expiry' : 'links:sheet.expiry', {
        date: formatsOf(settings.locale).dateTime(expiresAt),
      }),
    };
  };
}

export type HandOverSheet = ReturnType<typeof handOverSheet>;
