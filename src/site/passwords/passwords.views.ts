import type { HandoverMode, Placement } from '../../domain/regions.ts';
import type { FoundLink } from '../../core/accounts/index.ts';

export interface ForcedChangePage {
  readonly username: string;
  /**
   * The name of the user who issued the temporary password or link; '' if that user has been erased, null if the
   * operator issued it.
   */
  readonly setBy: string | null;
  readonly setAt: number;
  /** The purpose of the one-time link that led to this page; null if the user signed in with a temporary password. */
  readonly purpose: FoundLink['purpose'] | null;
  readonly minimumLength: number;
}

export interface OwnPasswordPage {
  readonly username: string;
  readonly minimumLength: number;
  readonly reset: Placement;
  readonly handOver: HandoverMode;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'passwords/current-field': { readonly hint?: string };
    'passwords/forced': ForcedChangePage;
    'passwords/new-fields': { readonly minimumLength: number };
    'passwords/own': OwnPasswordPage;
    'passwords/username': { readonly username: string };
  }
}
