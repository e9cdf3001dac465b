import type { User } from '../../domain/people/user.ts';
import type { Picture } from './qr.ts';

export interface SetUpPage {
  /** Why it must be set up before anything else; null where it is the user's own wish. */
  readonly demand: 'moved' | 'required' | null;
  readonly username: string;
  readonly seed: string;
  readonly picture: Picture;
  readonly needsPassword: boolean;
}

/** New recovery codes, with what the printed sheet says about them. */
export interface CodesPage {
  readonly codes: readonly string[];
  readonly alone: boolean;
  readonly sheet: {
    readonly address: string;
    readonly tenantName: string;
    readonly username: string;
    readonly createdAt: number;
  };
}

export interface ProofPage {
  readonly left: number;
  readonly username: string;
  readonly required: boolean;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    /** Whether the form for a recovery code is open. */
    'second-factor/code': { readonly recovery: boolean };
    'second-factor/codes': CodesPage;
    'second-factor/none': undefined;
    'second-factor/proof': Pick<ProofPage, 'username'>;
    'second-factor/removal': {
      readonly user: User;
      readonly userHref: string;
      readonly removeSecondFactorHref: string;
    };
    'second-factor/remove': ProofPage;
    'second-factor/renew': ProofPage;
    'second-factor/set-up': SetUpPage;
  }
}
