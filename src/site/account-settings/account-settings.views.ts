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
  /**
   * The locale key of the text on the user management tile, which describes its purpose or the reason why it is not
   * available here.
   */
  readonly userManagementText: string;
  readonly offers: { readonly approvals: boolean; readonly support: boolean };
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'account-settings/account-settings': AccountSettingsPage;
    'account-settings/tiles': Pick<AccountSettingsPage, 'userManagementText' | 'offers'>;
  }
}
