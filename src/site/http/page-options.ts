import type { FieldFault } from '../../domain/errors.ts';
import { textOfError } from '../../i18n/error-texts.ts';
import type { TextValues } from '../../i18n/translator.ts';

/** A message at the top of a page. */
export interface PageNotice {
  readonly kind: 'success' | 'warning' | 'danger' | 'info';
  readonly key: string;
  readonly values?: TextValues | undefined;
}

/** A locale key, with values if the text has placeholders. */
export type LocalizedText = string | { readonly key: string; readonly values?: TextValues | undefined };

/**
 * A fault found by a page's own form. It names a locale key, since other pages may word the same mistake differently.
 */
export interface FormFault {
  readonly field: string;
  readonly key: string;
  readonly values?: TextValues | undefined;
}

/** A fault reported by core or by a form. */
export type PageFault = FieldFault | FormFault;

export const faultText = (fault: PageFault): Exclude<LocalizedText, string> =>
  'code' in fault ? textOfError(fault) : fault;

export interface Breadcrumb {
  readonly href: string;
  readonly label: LocalizedText;
}

export interface PageOptions {
  readonly title: LocalizedText;
  readonly status?: number;
  /** The ancestors of this page, starting with the dashboard. */
  readonly breadcrumbs?: readonly Breadcrumb[];
  readonly scripts?: readonly string[];
  readonly notice?: PageNotice;
  /** Errors in the submitted form. If there are any, the status is 422 unless `status` is set. */
  readonly faults?: readonly PageFault[];
  /** The page shows a secret that cannot be displayed again, so it omits the language and theme switchers. */
  readonly showsSecretOnce?: boolean;
  /** The page must not create a session. It contains forms only if the visitor already has one. */
  readonly withoutForms?: boolean;
  /** Omits the navigation, for pages with a single task. */
  readonly withoutNavigation?: boolean;
}
