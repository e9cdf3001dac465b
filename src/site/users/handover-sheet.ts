import type { Language } from '../../domain/regions.ts';

/** The printed page that is handed to a user. */
export interface HandoverSheet {
  readonly language: Language;
  readonly dir: 'ltr' | 'rtl';
  readonly title: string;
  /** HTML, as is `expiry`. */
  readonly greeting: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly password: string;
  readonly steps: readonly string[];
  readonly expiry: string;
}
