import type { FieldFault } from '../../domain/errors.ts';
import { textOfError } from '../../i18n/error-texts.ts';
import type { TextValues } from '../../i18n/translator.ts';

/** A message at the top of a page. */
export interface PageNotice {
  readonly kind: 'success' | 'warning' | 'danger' | 'info';
  readonly key: string;
  readonly values?: TextValues | undefined;
}

/** A locale key, with values if its text has placeholders. */
export type LocalizedText = string | { readonly key: string; readonly values?: TextValues | undefined };

/**
 * A fault found by a form itself. It has a locale key instead of an error code, because forms may word the same mistake
 * differently.
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
  /** The pages above this one, starting with the dashboard. */
  readonly breadcrumbs?: readonly Breadcrumb[];
  readonly scripts?: readonly string[];
  readonly notice?: PageNotice;
  /** The errors in the submitted form. If there are any and `status` is not set, the status is 422. */
  readonly faults?: readonly PageFault[];
  /**
   * Whether the page shows a secret that cannot be shown again. Such a page omits the switchers, which would reload it.
   */
  readonly showsSecretOnce?: boolean;
  /** Whether the page must not create a session. It then contains forms only if the visitor already has a session. */
  readonly withoutForms?: boolean;
  /** Whether to omit the navigation, as on pages with a single task. */
  readonly withoutNavigation?: boolean;
}
