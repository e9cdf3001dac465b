import type { Language } from './regions.ts';

/** `moving`: suspended while the tenant moves to another region. */
export type TenantState = 'active' | 'suspended' | 'moving';

/** Partner organizations, and one tenant per region for the operators of the portal. */
export type TenantKind = 'partner' | 'operators';

export interface ScopeTenant {
  readonly id: string;
  readonly name: string;
  readonly language: Language;
}
