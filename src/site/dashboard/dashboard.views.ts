import type { HandoverMode, Placement } from '../../domain/regions.ts';
import type { User } from '../../domain/people/user.ts';
import type { Support, TenantGrant } from '../../core/support/index.ts';
import type { WordedEntry } from '../activity/words.ts';
import type { NamedUser } from '../http/view-models.ts';
import type { Abilities } from '../profile/abilities.ts';
import type { Note } from '../rules/notes.ts';
import type { Attention } from './attention.ts';
import type { Tile } from './tiles.ts';

type OpenGrant = Awaited<ReturnType<Support['listAvailableGrants']>>[number];

interface Dashboard {
  readonly welcome: { readonly name: string; readonly tenant: string };
  readonly tiles: readonly Tile[];
}

/** What a user sees who manages nothing. */
export interface EverybodysDashboard extends Dashboard {
  readonly user: User;
  readonly abilities: Abilities;
  readonly helpers: readonly NamedUser[];
  readonly reset: Placement;
  readonly handOver: HandoverMode;
}

export interface ManagersDashboard extends Dashboard {
  readonly support: readonly TenantGrant[];
  readonly attention: readonly Attention[];
  readonly notes: readonly Note[];
  readonly latest: readonly WordedEntry[];
  /** Null for an operator, whose own levels say nothing about this organization. */
  readonly roles: { readonly user: User; readonly abilities: Abilities } | null;
}

/** What an operator sees outside every other organization. */
export interface OperatorsDashboard {
  readonly name: string;
  readonly open: readonly (OpenGrant & { readonly enterHref: string })[];
}

declare module '../http/view-models.ts' {
  interface ViewModels {
    'dashboard/everybody': EverybodysDashboard;
    'dashboard/managers': ManagersDashboard;
    'dashboard/operators': OperatorsDashboard;
    'dashboard/roles': { readonly user: User; readonly abilities: Abilities };
    'dashboard/tiles': Pick<Dashboard, 'tiles'>;
  }
}
