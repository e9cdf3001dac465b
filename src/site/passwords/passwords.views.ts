import type { HandoverMode, Placement } from '../../domain/regions.ts';
import type { FoundLink } from '../../core/accounts/index.ts';

export interface ForcedChangePage {
  readonly username: string;
  /** Who set the password that is replaced: '' for an administrator who was erased, null for an operator. */
  readonly setBy: string | null;
  readonly setAt: number;
  /** What the one-time link was for that led here; null after a temporary password. */
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
