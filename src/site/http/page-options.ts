import type { FieldFault } from '../../domain/errors.ts';
import { textOfError } from '../../i18n/error-texts.ts';
import type { TextValues } from '../../i18n/translator.ts';

/** Something to say at the top of a page. */
export interface PageNotice {
  readonly kind: 'success' | 'warning' | 'danger' | 'info';
  readonly key: string;
  readonly values?: TextValues | undefined;
}

/** A text of the locale files with the values it needs. */
export type LocalizedText = string | { readonly key: string; readonly values?: TextValues | undefined };

/** Something that a page finds wrong itself: it names the text, since other pages may say the same in other words. */
export interface FormFault {
  readonly field: string;
  readonly key: string;
  readonly values?: TextValues | undefined;
}

/** A fault as core or a form answers with it. */
export type PageFault = FieldFault | FormFault;

/** @returns the text of a fault */
export const faultText = (fault: PageFault): Exclude<LocalizedText, string> =>
  'code' in fault ? textOfError(fault) : fault;

export interface Breadcrumb {
  readonly href: string;
  readonly label: LocalizedText;
}

export interface PageOptions {
  readonly title: LocalizedText;
  readonly status?: number;
  /** The pages above this one, from the dashboard down. */
  readonly breadcrumbs?: readonly Breadcrumb[];
  readonly scripts?: readonly string[];
  readonly notice?: PageNotice;
  /** What is wrong with the form that was sent; any fault makes the answer a 422 unless `status` says otherwise. */
  readonly faults?: readonly PageFault[];
  /** What this page shows cannot be seen again: nothing on it leads away by accident. */
  readonly showsSecretOnce?: boolean;
  /** An answer to anybody at all: it begins no session, and offers forms only to whoever has one already. */
  readonly withoutForms?: boolean;
  /** Leaves the navigation away, for pages on which there is only one thing to do. */
  readonly withoutNavigation?: boolean;
}
