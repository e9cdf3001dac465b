import type { Notice } from '../domain/notices.ts';
import type { Language } from '../domain/regions.ts';
import { cleanName } from '../domain/people/user.ts';
import { createFormatsByLocale, type Formats } from '../i18n/formats.ts';
import type { Messages, Translator } from '../i18n/translator.ts';
import type { AddressedNotice } from '../core/notices/index.ts';
import type { Mail } from '../platform/mail-transport.ts';

export interface NoticeRendererDependencies {
  readonly signInUrl: string;
  readonly translator: Translator;
  readonly render: (
    view: 'notices/mail',
    locals: { readonly model: EmailModel; readonly html: Messages['html'] },
  ) => string;
  /** Returns the current time in epoch milliseconds. */
  readonly clock: () => number;
}

/** The model of the view `notices/mail`, which renders the HTML part of an email. */
interface EmailModel {
  readonly language: Language;
  readonly dir: 'ltr' | 'rtl';
  readonly subject: string;
  readonly name: string;
  readonly body: string;
  readonly facts: readonly Fact[];
  readonly warning: string;
  readonly linkLabel: string;
  readonly url: string;
  /** Whether `url` is a one-time link, which the email shows above the details. */
  readonly hasOneTimeLink: boolean;
  readonly footer: string;
}

interface Fact {
  readonly label: string;
  readonly value: string;
  /** Whether recipients copy the value, in which case it must not contain invisible characters. */
  readonly isCopied?: boolean;
}

/**
 * @returns a function that renders a notice as an email in the recipient's language; its second argument is the URL of
 * the one-time link, if any, which is not part of the notice
 */
export function createNoticeRenderer({ signInUrl, translator, render, clock }: NoticeRendererDependencies) {
  const formatsOf = createFormatsByLocale(clock);

  return (addressed: AddressedNotice, link: string | null = null): Mail => {
    const { recipient, notice } = addressed;
    const { language } = recipient;
    const messages = translator(language);
    const { t, html, settings } = messages;
    const subject = t(`notices:${notice.kind}.subject`);
    const name = nameWithoutLinks(recipient.displayName);
    const url = link ?? signInUrl;
    const texts = {
      body: t(`notices:${notice.kind}.text`),
      // The generic warning tells recipients to contact an administrator, but this recipient may be the only
      // administrator.
      warning: addressed.by === 'portal' ? t(`notices:${notice.kind}.unexpected`) : t('notices:unexpected'),
      linkLabel: link === null ? t('notices:open') : t('notices:openLink'),
      footer: t('notices:automatic'),
    };
    const facts = factsOf(addressed, messages, formatsOf(settings.locale));
    const lines = facts.map(({ label, value, isCopied = false }) =>
      t('notices:fact', { label, value: isCopied ? value : isolated(value) }),
    );
    const greeting = t('notices:greeting', { name: isolated(name) });
    const linkLine = t('notices:fact', { label: texts.linkLabel, value: url });
    const hasOneTimeLink = link !== null;
    const model = { language, dir: settings.direction, subject, name, facts, url, hasOneTimeLink };
    // A one-time link comes first because it is the purpose of the email. The link to the portal comes last.
    const details = [lines.join('\n'), texts.warning];
    const middle = hasOneTimeLink ? [linkLine, ...details] : [...details, linkLine];
    const paragraphs = [greeting, texts.body, ...middle, texts.footer];
    return {
      id: addressed.id,
      to: recipient.username,
      language,
      subject,
      text: `${paragraphs.join('\n\n')}\n`,
      html: render('notices/mail', { html, model: { ...model, ...texts } }),
    };
  };
}

// First strong isolate and pop directional isolate, which work like <bdi> in plain text. They are copied along with the
// text between them.
const isolated = (text: string): string => `\u2068${text}\u2069`;

const betweenParts = /(?<=[.:@/\u3002\uff0e\uff61])(?=\S)/gu;

/**
 * Mail programs turn names such as `evil.example/login` or `support@evil.example` into links. Invisible word joiners
 * between the parts of an address prevent that without changing how the name looks.
 */
const nameWithoutLinks = (name: string): string => cleanName(name).replace(betweenParts, '\u2060');

function factsOf(
  { at, by, notice, recipient, tenantName }: AddressedNotice,
  messages: Messages,
  formats: Formats,
): Fact[] {
  const { t } = messages;
  return [
    { label: t('notices:when'), value: formats.dateTime(at) },
    ...(by === 'portal' ? [] : [{ label: t(actorLabelOf(notice)), value: actorName(by, messages) }]),
    ...('act' in notice ? [{ label: t('notices:act'), value: t(`approvals:act.${notice.act}`) }] : []),
    ...('until' in notice ? [{ label: t(untilOf(notice)), value: formats.dateTime(notice.until) }] : []),
    ...(notice.kind === 'recoveryCodeUsed'
      ? [{ label: t('notices:recoveryCodeUsed.left'), value: String(notice.left) }]
      : []),
    ...(notice.kind === 'levelsChanged' ? notice.changes : []).map(({ field, from, to }) => {
      const levelOf = (level: string): string =>
        field === 'administratorLevel' ? t(`roles:administrator.${level}`) : t(`roles:agent.${level}`);
      return {
        label: t(`common:terms.${field}`),
        value: t('notices:levelsChanged.change', { from: levelOf(from), to: levelOf(to) }),
      };
    }),
    { label: t('common:terms.username'), value: recipient.username, isCopied: true },
    { label: t('common:terms.tenant'), value: nameWithoutLinks(tenantName) },
  ];
}

const untilOf = ({ kind }: Notice): string => {
  if (kind === 'approvalAsked') return 'notices:waits';
  return kind === 'passwordReset' ? 'notices:until' : 'notices:untilLink';
};

// When these notices are sent, the action itself has not been performed, so the label says who requested, approved or
// declined it.
const approvalActorLabels: Readonly<Partial<Record<Notice['kind'], string>>> = {
  approvalAsked: 'approvals:asker',
  approvalConfirmed: 'approvals:answer.confirmed',
  approvalDeclined: 'approvals:answer.declined',
};

const actorLabelOf = ({ kind }: Notice): string => approvalActorLabels[kind] ?? 'notices:by';

function actorName(by: Exclude<AddressedNotice['by'], 'portal'>, { t }: Messages): string {
  if (by === 'operator') return t('notices:byOperator');
  if (by === 'self') return t('notices:bySelf');
  return by.name === null ? t('notices:byAdministrator') : nameWithoutLinks(by.name);
}
