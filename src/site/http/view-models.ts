import type { Language } from '../../domain/regions.ts';
import type { TextValues } from '../../i18n/translator.ts';
import type { PageNotice } from './page-options.ts';
import type { RefusalReason } from './availability.ts';

export type ViewName = keyof ViewModels;

/** A value to display: literal text, a locale key with its values, or the name of a language. */
export type DisplayText =
  { readonly text: string } | { readonly key: string; readonly values?: TextValues } | { readonly language: Language };

/** A user as shown in lists. */
export interface NamedUser {
  readonly displayName: string;
  readonly username: string;
}

/** A field that was not saved, with its stored value and, if logged, the user who stored that value. */
export interface ConflictingField {
  /** The ID of the field in the form. */
  readonly field: string;
  /** The locale key of the label. */
  readonly label: string;
  readonly stored: DisplayText;
  readonly change: { readonly by: DisplayText; readonly from: DisplayText; readonly at: number } | null;
}

/** A form that was not saved, because its sender may not have seen what it would overwrite. */
export interface FormConflict {
  /** Whether the form contains the values that it was rendered with. */
  readonly complete: boolean;
  readonly fields: readonly ConflictingField[];
}

/** The target and the draft for returning to a form. */
interface Retry {
  /** The URL of the page with the form; empty for the current URL. */
  readonly action: string;
  readonly draft: string | null;
}

interface Field {
  readonly name: string;
  readonly label: string;
  readonly type?: 'text' | 'password' | 'email';
  readonly value?: string | undefined;
  readonly hint?: string;
  readonly autocomplete?: string;
  readonly inputmode?: 'email' | 'numeric';
  readonly maxlength?: number;
  readonly required?: boolean;
  readonly readonly?: boolean;
  /** The minimum length of a new password; scripts show a meter until it is reached. */
  readonly minimumLength?: number;
  /** The stored value, set if a conflict prevented the typed value from being saved. */
  readonly stored?: DisplayText | undefined;
}

/**
 * The model type of each view, by the name of the view under `views/`; undefined for views without a model. Each folder
 * of the site declares its views in `<noun>.views.ts`, and `npm run check:views` compiles every template against its
 * model.
 */
export interface ViewModels {
  'shared/alert': { readonly kind: PageNotice['kind']; readonly title?: string; readonly text: string };
  'shared/brand': undefined;
  'shared/breadcrumbs': undefined;
  'shared/minimal-layout': undefined;
  'shared/conflict': FormConflict;
  'shared/continue': { readonly next: string };
  'shared/continue-button': undefined;
  'shared/carrying-button': {
    readonly action: string;
    readonly label: string;
    readonly icon: string;
    readonly isPrimary: boolean;
  };
  'shared/error-summary': undefined;
  'shared/field': Field;
  'shared/field-error': { readonly name: string };
  'shared/form': {
    /** The URL to submit to. Omitted if the form posts to the page's own URL because that URL is a secret. */
    readonly action?: string;
    /** The CSS classes of the form element. */
    readonly className?: string;
    readonly upload?: boolean;
    readonly novalidate?: boolean;
  };
  'shared/head': undefined;
  'shared/language-options': { readonly chosen: string };
  'shared/language-switcher': undefined;
  'shared/layout': undefined;
  'shared/navigation': undefined;
  'shared/pager': { readonly previous: string | null; readonly next: string | null; readonly summary: string };
  'shared/region': undefined;
  'shared/sign-out': undefined;
  'shared/status': { readonly status: string; readonly label: string };
  'shared/stored-value': { readonly field: string; readonly stored: DisplayText };
  'shared/theme-switcher': undefined;
  'shared/tile': { readonly href: string; readonly icon: string; readonly title: string; readonly text: string };
  'shared/topbar': undefined;
  'errors/error': {
    /** The locale keys of the first paragraph and of an optional second one. */
    readonly lead: string;
    readonly detail: string | null;
    readonly wait: { readonly unit: string; readonly count: number } | null;
    /** How to return to the form; null if there is no form. */
    readonly retry: Retry | null;
    readonly offersHome: boolean;
  };
  'errors/retry': Retry;
  'errors/reason': { readonly reason: RefusalReason };
  'errors/refusal': { readonly reason: RefusalReason; readonly contacts: readonly NamedUser[] };
  'notices/mail': {
    readonly language: Language;
    readonly dir: 'ltr' | 'rtl';
    readonly subject: string;
    readonly name: string;
    readonly body: string;
    readonly hasOneTimeLink: boolean;
    readonly linkLabel: string;
    readonly url: string;
    readonly facts: readonly { readonly label: string; readonly value: string }[];
    readonly warning: string;
    readonly footer: string;
  };
}
