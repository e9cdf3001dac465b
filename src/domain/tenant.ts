import type { Language } from './regions.ts';

/** Moving: suspended for as long as it takes to move it to another region. */
export type TenantState = 'active' | 'suspended' | 'moving';

/** Partners are the portal's customers; the operators who look after it are a tenant too, one in a region. */
export type TenantKind = 'partner' | 'operators';

export interface ScopeTenant {
  readonly id: string;
  readonly name: string;
  readonly language: Language;
}
