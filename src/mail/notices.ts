import type { Notice } from '../domain/notices.ts';
import { type Language, languages } from '../domain/regions.ts';
import { cleanName } from '../domain/people/user.ts';
import { createFormats, type Formats } from '../i18n/formats.ts';
import type { Tongue, Translator } from '../i18n/translator.ts';
import type { AddressedNotice } from '../core/notices/index.ts';
import type { Mail } from '../platform/mail-transport.ts';

export interface WordingParts {
  /** The address of the sign-in page. */
  readonly signIn: string;
  readonly translator: Translator;
  readonly render: (view: 'notices/mail', locals: { readonly model: Page; readonly html: Tongue['html'] }) => string;
  /** Epoch ms. */
  readonly clock: () => number;
}

/** What the HTML of an email is rendered from. */
interface Page {
  readonly language: Language;
  readonly dir: Tongue['direction'];
  readonly subject: string;
  readonly name: string;
  readonly message: string;
  readonly facts: readonly Fact[];
  readonly unexpected: string;
  readonly open: string;
  readonly address: string;
  /** Whether the address is a one-time link, which then comes first. */
  readonly hasLink: boolean;
  readonly automatic: string;
}

interface Fact {
  readonly label: string;
  readonly value: string;
}

/**
 * @returns what turns a notice into a mail in its recipient's own language; one that brings a one-time link is given its
 * address, which from then on is in that mail alone
 */
export function createWording({ signIn, translator, render, clock }: WordingParts) {
  const formats = new Map(languages.map((language) => [language, createFormats(language, clock)]));

  return (addressed: AddressedNotice, link: string | null = null): Mail => {
    const { recipient, notice } = addressed;
    const { language } = recipient;
    const tongue = translator(language);
    const { t, html, direction } = tongue;
    const subject = t(`notices:${notice.kind}.subject`);
    const name = cleanName(recipient.displayName);
    const address = link ?? signIn;
    const words = {
      message: t(`notices:${notice.kind}.text`),
      // Whoever recovers alone has nobody to tell that it was not them, and nothing has happened yet.
      unexpected: notice.kind === 'recoveryLink' ? t('notices:recoveryLink.unexpected') : t('notices:unexpected'),
      open: link === null ? t('notices:open') : t('notices:openLink'),
      automatic: t('notices:automatic'),
    };
    const facts = factsOf(addressed, tongue, formats.get(language) as Formats);
    const lines = facts.map(({ label, value }) => t('notices:fact', { label, value: isolated(value) }));
    const greeting = t('notices:greeting', { name: isolated(name) });
    const open = t('notices:fact', { label: words.open, value: address });
    const hasLink = link !== null;
    const model = { language, dir: direction, subject, name, facts, address, hasLink };
    // What the mail was sent for comes first; the way to the portal is an offer at its end.
    const listed = [lines.join('\n'), words.unexpected];
    const parts = [greeting, words.message, ...(hasLink ? [open, ...listed] : [...listed, open]), words.automatic];
    return {
      id: addressed.id,
      to: recipient.username,
      language,
      subject,
      text: `${parts.join('\n\n')}\n`,
      html: render('notices/mail', { html, model: { ...model, ...words } }),
    };
  };
}

// First strong isolate and its end: what <bdi> is in a page, for plain text.
const isolated = (text: string): string => `\u2068${text}\u2069`;

function factsOf({ at, by, notice, recipient, tenantName }: AddressedNotice, tongue: Tongue, formats: Formats): Fact[] {
  const { t } = tongue;
  return [
    { label: t('notices:when'), value: formats.dateTime(at) },
    ...(notice.kind === 'recoveryLink' ? [] : [{ label: t('notices:by'), value: byWhom(by, tongue) }]),
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
    { label: t('common:terms.username'), value: recipient.username },
    { label: t('common:terms.tenant'), value: cleanName(tenantName) },
  ];
}

const untilOf = ({ kind }: Notice): string => {
  if (kind === 'approvalAsked') return 'notices:waits';
  return kind === 'passwordReset' ? 'notices:until' : 'notices:untilLink';
};

function byWhom(by: AddressedNotice['by'], { t }: Tongue): string {
  if (by === 'operator') return t('notices:byOperator');
  if (by === 'self') return t('notices:bySelf');
  return by.name === null ? t('notices:byAdministrator') : cleanName(by.name);
}
