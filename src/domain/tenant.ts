import { cleanName } from './people/user.ts';
import { hasVisibleCharacter, isLongerThan } from './people/visible-text.ts';
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

/** Maximum length of the name of a tenant, or of a person that a command adds, in Unicode code points. */
export const maxNameLength = 200;

/** @returns whether a text is a valid tenant name in its stored form */
export const isTenantName = (name: string): boolean =>
  cleanName(name) === name && hasVisibleCharacter(name) && !isLongerThan(name, maxNameLength);
