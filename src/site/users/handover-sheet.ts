import type { Language } from '../../domain/regions.ts';

/** The printed sheet that is handed over to a user. */
export interface HandoverSheet {
  readonly language: Language;
  readonly dir: 'ltr' | 'rtl';
  readonly title: string;
  /** HTML, like `expiry`. */
  readonly greeting: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly password: string;
  readonly steps: readonly string[];
  readonly expiry: string;
}
