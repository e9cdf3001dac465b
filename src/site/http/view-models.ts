import type { Language } from '../../domain/regions.ts';
import type { TextValues } from '../../i18n/translator.ts';
import type { Notice } from './page-options.ts';
import type { Reason } from './offers.ts';

export type ViewName = keyof ViewModels;

/** A value as a page shows it: a text as it is, the key of a text with its values, or a language by its name. */
export type Shown =
  { readonly text: string } | { readonly key: string; readonly values?: TextValues } | { readonly language: Language };

/** A person as lists and pages name them. */
export interface NamedUser {
  readonly displayName: string;
  readonly username: string;
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
  /** The stored value, where the one in the field was not saved. */
  readonly stored?: Shown | undefined;
}

/**
 * The model of each view, by its name under `views/`; undefined where a view needs none. Each folder of the site adds its
 * own in `<noun>.views.ts`, and `npm run check:views` compiles every template against them.
 */
export interface ViewModels {
  'shared/alert': { readonly kind: Notice['kind']; readonly title?: string; readonly text: string };
  'shared/brand': undefined;
  'shared/breadcrumbs': undefined;
  'shared/entrance': undefined;
  'shared/error-summary': undefined;
  'shared/field': Field;
  'shared/field-error': { readonly name: string };
  'shared/form': {
    /** Left out where a form goes to the address of its own page, which is a secret. */
    readonly action?: string;
    /** Its classes. */
    readonly look?: string;
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
  'shared/stored': { readonly field: string; readonly stored: Shown };
  'shared/theme-switcher': undefined;
  'shared/tile': { readonly href: string; readonly icon: string; readonly title: string; readonly text: string };
  'shared/topbar': undefined;
  'errors/error': {
    /** Keys of what is said first, and of what is said more. */
    readonly lead: string;
    readonly more: string | null;
    readonly wait: { readonly unit: string; readonly count: number } | null;
  };
  'errors/reason': { readonly reason: Reason };
  'errors/refusal': { readonly reason: Reason; readonly helpers: readonly NamedUser[] };
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
