import type { Language } from '../../domain/regions.ts';

/** The printed sheet that an administrator hands to a user. */
export interface HandoverSheet {
  readonly language: Language;
  readonly dir: 'ltr' | 'rtl';
  readonly title: string;
  /** The greeting as HTML; `expiry` is HTML too. */
  readonly greeting: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly password: string;
  readonly steps: readonly string[];
  readonly expiry: string;
}
