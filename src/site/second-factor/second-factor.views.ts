import type { User } from '../../domain/people/user.ts';
import type { QrCode } from './qr-code.ts';

export interface SetUpPage {
  /** Why the user must set up a second factor now; null if set-up is optional. */
  readonly requirement: 'moved' | 'required' | null;
  readonly username: string;
  readonly seed: string;
  readonly qrCode: QrCode;
  readonly needsPassword: boolean;
}

/** New recovery codes, with the content of the printed sheet. */
export interface RecoveryCodesPage {
  readonly codes: readonly string[];
  readonly withoutNavigation: boolean;
  readonly sheet: {
    readonly address: string;
    readonly tenantName: string;
    readonly username: string;
    readonly createdAt: number;
  };
  /** Whether the page leads back to the form that the set-up interrupted. */
  readonly opensDraft: boolean;
}

export interface ConfirmationPage {
  readonly codesLeft: number;
  readonly username: string;
  readonly isRequired: boolean;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    /** The page that asks for a code, with the form for a recovery code open if `isRecoveryOpen` is set. */
    'second-factor/sign-in-code': { readonly isPaused: boolean; readonly isRecoveryOpen: boolean };
    'second-factor/recovery-codes': RecoveryCodesPage;
    'second-factor/not-set-up': undefined;
    'second-factor/confirmation-fields': Pick<ConfirmationPage, 'username'>;
    'second-factor/remove-from-user': {
      readonly user: User;
      readonly userHref: string;
      readonly removeSecondFactorHref: string;
    };
    'second-factor/remove': ConfirmationPage;
    'second-factor/renew': ConfirmationPage;
    'second-factor/set-up': SetUpPage;
  }
}
