export interface SetUpPage {
  readonly values: Readonly<Record<'tenantName' | 'domain' | 'language' | 'adminName' | 'username', string>>;
  readonly action: string;
  readonly minimumLength: number;
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'set-up/set-up': SetUpPage;
  }
}
