import type { RuleText } from '../../domain/regions.ts';
import type { describeHandover, FoundLink } from '../../core/accounts/index.ts';

type HandOver = ReturnType<typeof describeHandover>;

export interface OpenLinkPage {
  readonly tenant: string;
  /** The user name, masked because anyone who has the link can see the page. */
  readonly username: string;
  readonly purpose: FoundLink['purpose'];
  readonly expiresAt: number;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'links/reset-effects': { readonly handOver: HandOver };
    'links/invalid': { readonly isSelfService: boolean };
    'links/no-mail': undefined;
    'links/open': OpenLinkPage;
    'links/recover': {
      readonly canMail: boolean;
      readonly minutes: number;
      readonly username: string;
      readonly region: RuleText;
    };
    'links/recover-sent': { readonly minutes: number; readonly next: 'links:sent.next' | 'links:sent.nextSignIn' };
    'links/signed-in': { readonly name: string };
  }
}
