import type { RuleText } from '../../domain/regions.ts';
import type { describeHandover, FoundLink } from '../../core/accounts/index.ts';

type HandOver = ReturnType<typeof describeHandover>;

export interface OpenLinkPage {
  readonly tenant: string;
  /** With most of its local part left out: the page shows it to anyone who has the link. */
  readonly username: string;
  readonly purpose: FoundLink['purpose'];
  readonly expiresAt: number;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'links/effects': { readonly handOver: HandOver };
    /** Whether users recover alone. */
    'links/gone': { readonly alone: boolean };
    'links/no-mail': undefined;
    'links/open': OpenLinkPage;
    'links/recover': {
      readonly canMail: boolean;
      readonly minutes: number;
      readonly username: string;
      readonly region: RuleText;
    };
    'links/recover-sent': { readonly minutes: number };
    'links/signed-in': { readonly name: string };
  }
}
