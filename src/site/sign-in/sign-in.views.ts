import type { HandoverMode, Placement } from '../../domain/regions.ts';
import type { RegionRedirect } from '../http/region-redirect.ts';

/** How users who have forgotten their password can get a new one. */
interface ForgottenPassword {
  readonly reset: Placement;
  readonly handOver: HandoverMode;
}

export interface PasswordPage extends ForgottenPassword {
  readonly username: string;
  /** The locale key of the hint. */
  readonly hint: string;
  /** Whether the user can have a link emailed instead of waiting. */
  readonly offersLink: boolean;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'sign-in/region-redirect': RegionRedirect;
    'sign-in/forgotten-password': ForgottenPassword;
    'sign-in/password': PasswordPage;
    'sign-in/username': { readonly username: string; readonly redirectedFrom: RegionRedirect | null };
  }
}
