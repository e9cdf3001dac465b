import type { SupportLevel } from '../../domain/support.ts';
import type { Support, TenantGrant } from '../../core/support/index.ts';
import type { Page } from '../http/layout.ts';
import type { NamedUser } from '../http/view-models.ts';

interface GrantModel extends Omit<TenantGrant, 'outcome'> {
  readonly outcome: string | null;
  readonly endHref: string;
}

export interface SupportForm {
  readonly longestHours: number;
  readonly maxPurposeLength: number;
  readonly levels: readonly SupportLevel[];
  readonly typed: Readonly<Record<'operator' | 'purpose' | 'level' | 'hours', string>>;
  readonly operators: readonly (NamedUser & { readonly id: string })[];
}

export interface SupportPage extends SupportForm {
  /** Whose rule forbids support access: the region's or the tenant's own; null if it is allowed. */
  readonly forbiddenBy: 'region' | 'own' | null;
  readonly canGrant: boolean;
  readonly open: readonly GrantModel[];
  readonly past: readonly GrantModel[];
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'support/access': SupportPage;
    'support/banner': NonNullable<Page['support']>;
    'support/form': SupportForm;
    'support/grants': {
      readonly grants: readonly GrantModel[];
      readonly caption: string;
      /** Whether the current user may end the grants. */
      readonly canEnd: boolean;
    };
    'support/kept': undefined;
    'support/notice': { readonly grant: TenantGrant };
    'support/refused': { readonly refusal: NonNullable<Awaited<ReturnType<Support['enter']>>> };
  }
}
