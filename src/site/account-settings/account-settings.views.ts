import type { Language } from '../../domain/regions.ts';
import type { describeNumbers } from '../rules/rule-descriptions.ts';

export interface AccountSettingsPage {
  readonly tenant: {
    readonly name: string;
    readonly domains: readonly string[];
    readonly language: Language;
    readonly createdAt: number;
  };
  readonly numbers: ReturnType<typeof describeNumbers>;
  /** The locale key of the description on the user management tile: its purpose, or why it is unavailable here. */
  readonly userManagementText: string;
  readonly offers: { readonly approvals: boolean; readonly support: boolean };
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'account-settings/account-settings': AccountSettingsPage;
    'account-settings/tiles': Pick<AccountSettingsPage, 'userManagementText' | 'offers'>;
  }
}
