import type { HandoverMode, Placement } from '../../domain/regions.ts';
import type { User } from '../../domain/people/user.ts';
import type { Support, TenantGrant } from '../../core/support/index.ts';
import type { DisplayEntry } from '../activity/entry-texts.ts';
import type { NamedUser } from '../http/view-models.ts';
import type { Abilities } from '../profile/abilities.ts';
import type { RestrictionNote } from '../rules/restriction-notes.ts';
import type { AttentionItem } from './attention.ts';
import type { Tile } from './tiles.ts';

type OpenGrant = Awaited<ReturnType<Support['listAvailableGrants']>>[number];

interface Dashboard {
  readonly welcome: { readonly name: string; readonly tenant: string };
  readonly tiles: readonly Tile[];
}

/** The dashboard of users without administrator rights. */
export interface UserDashboard extends Dashboard {
  readonly user: User;
  readonly abilities: Abilities;
  readonly contacts: readonly NamedUser[];
  readonly reset: Placement;
  readonly handOver: HandoverMode;
}

export interface AdministratorDashboard extends Dashboard {
  readonly support: readonly TenantGrant[];
  readonly attention: readonly AttentionItem[];
  readonly notes: readonly RestrictionNote[];
  readonly latestEntries: readonly DisplayEntry[];
  /** The user's levels; null for an operator in a support session, where their own levels have no effect. */
  readonly roles: { readonly user: User; readonly abilities: Abilities } | null;
}

/** The dashboard of an operator who is not in a support session. */
export interface OperatorDashboard {
  readonly name: string;
  readonly openGrants: readonly (OpenGrant & { readonly enterHref: string })[];
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'dashboard/user': UserDashboard;
    'dashboard/administrator': AdministratorDashboard;
    'dashboard/operator': OperatorDashboard;
    'dashboard/roles': { readonly user: User; readonly abilities: Abilities };
    'dashboard/tiles': Pick<Dashboard, 'tiles'>;
  }
}
